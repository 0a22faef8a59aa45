import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { DockerfileParser } from 'dockerfile-ast'
import { ValidationSeverity, validate } from 'dockerfile-utils'
import t from 'tap'
import { DockerfileSteps, nobody, open, plainEnv } from '../deploy/dockerfile-steps.ts'
import { exactTag, readText, root } from '../deploy/files.ts'

const run = promisify(execFile)
const text = readText('Dockerfile')
const dockerfile = DockerfileParser.parse(text)

await t.test('the Dockerfile is read by a parser, and nothing of it is doubtful', async (t) => {
  const strict = { instructionJSONInSingleQuotes: ValidationSeverity.ERROR, emptyContinuationLine: ValidationSeverity.ERROR }
  t.same(validate(text, strict), [])
  t.ok(validate(text.replace('WORKDIR', 'WORKDIRR'), strict).length > 0, 'a typing error is found')
})

await t.test('both stages begin with one exact image, and the last user is not root', async (t) => {
  const images = dockerfile.getFROMs().map((from) => from.getImage() ?? '')
  t.equal(new Set(images).size, 1)
  t.match(images[0]!, exactTag)
  const users = dockerfile.getInstructions().filter((step) => step.getKeyword() === 'USER')
  t.equal(users.at(-1)!.getArgumentsContent(), 'node')
})

await t.test('only what the image needs is sent to the builder', async (t) => {
  const ignored = readText('.dockerignore')
    .split('\n')
    .filter((line) => line !== '')
  t.equal(ignored[0], '*', 'all is left out but what is named')
  const named = ignored.filter((line) => line.startsWith('!')).map((line) => line.slice(1))
  const copied = dockerfile
    .getCOPYs()
    .filter((copy) => !copy.getFlags().some((flag) => flag.getName() === 'from'))
    .flatMap((copy) =>
      copy
        .getArguments()
        .map((word) => word.getValue())
        .filter((word) => !word.startsWith('--'))
        .slice(0, -1),
    )
  t.same([...new Set(copied.map((path) => path.split('/')[0]!))].toSorted(), named.toSorted())
})

await t.test(
  'its steps run as a user without rights in an empty directory, and all services start from what they leave',
  async (t) => {
    const dir = mkdtempSync(join(tmpdir(), 'millrace-image-'))
    t.teardown(() => rmSync(dir, { recursive: true, force: true }))
    await open(dir)
    const steps = new DockerfileSteps(dir)
    for (const step of dockerfile.getInstructions()) await steps.take(step)
    const programs = globSync('app/{services/*/main,cli/{topics,schemas}}.ts', { cwd: root })
    const env = { ...plainEnv(), ...steps.env }
    // All of them in one process: what they import is there, and starts nothing.
    const imports = programs.map((program) => `await import('./${program}')`).join('\n')
    const inline = ['--conditions=millrace-source', '--input-type=module', '--eval', imports]
    await run('node', inline, { cwd: steps.workDir, env, ...nobody })
    const state = join(dir, 'volume')
    mkdirSync(state, { mode: 0o777 })
    await run('chmod', ['777', state])
    const args = [
      '--conditions=millrace-source',
      'app/services/users-write/main.ts',
      '--port',
      '0',
      '--database',
      join(state, 'users.db'),
    ]
    const service = spawn('node', args, { cwd: steps.workDir, env, ...nobody, stdio: ['ignore', 'pipe', 'inherit'] })
    t.teardown(() => service.kill('SIGKILL'))
    const url = await addressIn(service.stdout)
    t.equal((await fetch(`${url}/health/ready`)).status, 200)
    const exit = once(service, 'exit')
    service.kill('SIGTERM')
    t.equal((await exit)[0], 0)
  },
)

/** The address that a service logs when it listens. */
async function addressIn(output: Readable): Promise<string> {
  for await (const line of createInterface(output)) {
    const { url } = JSON.parse(line) as { readonly url?: string }
    if (url !== undefined) return url
  }
  throw new Error('The service has ended before it listened.')
}
