import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { hasLimits, idsOf, until, withBrowser } from './browser-test.ts'
import { addressOf } from './real-pipeline.ts'

const root = new URL('../../..', import.meta.url).pathname
const limitS = 90
const startWithinMs = 120_000

/** What a new user has: a clone, npm with an empty cache, and whatever Node the system brings. */
const folder = mkdtempSync(join(tmpdir(), 'millrace-clone-'))
t.teardown(() => rmSync(folder, { recursive: true, force: true }))
const clone = join(folder, 'millrace')
const { NODE_OPTIONS: _, PATH: path = '', ...rest } = process.env
const env = { ...rest, PATH: path.split(':').filter((entry) => !entry.includes('node_modules')).join(':'), npm_config_cache: join(folder, 'cache') } // prettier-ignore

function run(command: string, ...args: string[]): { readonly seconds: number; readonly output: string } {
  const startedAt = performance.now()
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: clone, env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} has ended with ${status}:\n${stdout}${stderr}`)
  return { seconds: (performance.now() - startedAt) / 1_000, output: stdout }
}

await withBrowser(async (bench) => {
  await t.test('Z1: a clean clone runs npm ci && npm run pipeline, shows a transfer, and verifies itself', async (t) => {
    spawnSync('git', ['clone', '--quiet', root, clone])
    const install = run('npm', 'ci', '--no-audit', '--no-fund')
    const startedAt = performance.now()
    const since = (): string => ((performance.now() - startedAt) / 1_000 + install.seconds).toFixed(1)
    const pipeline = spawn('npm', ['run', 'pipeline', '--', '--port', '0'], {
      cwd: clone,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const url = await addressOf(pipeline)
    t.teardown(() => {
      if (pipeline.exitCode === null && pipeline.signalCode === null) process.kill(-pipeline.pid!, 'SIGKILL')
    })
    const page = await bench.browser.newPage()
    await page.goto(url)
    const answers = since()
    await until('the page shows a transfer', async () => (await idsOf(page)).length > 0, startWithinMs)
    t.comment(`npm ci ${install.seconds.toFixed(1)} s; the page after ${answers} s, its first transfer after ${since()} s`)
    if (hasLimits) t.ok(Number(answers) <= limitS, `the page after ${answers} s of ${limitS}`)
    await page.close()
    const ended = new Promise((resolve) => pipeline.once('exit', resolve))
    process.kill(-pipeline.pid!, 'SIGTERM')
    await ended

    const { output, seconds } = run('npm', 'run', '--silent', 'pipeline', '--', '--verify')
    t.comment(`--verify ${seconds.toFixed(1)} s`)
    t.match(output, /killed with -9/)
    t.notMatch(output, /FAILED/)
  })
})
