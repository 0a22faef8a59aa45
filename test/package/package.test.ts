import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'

const root = join(import.meta.dirname, '..', '..')
const folder = mkdtempSync(join(tmpdir(), 'millrace-package-'))
const app = join(folder, 'app')
t.teardown(() => rmSync(folder, { recursive: true }))

function run(command: string, ...args: string[]): string {
  // tap writes a hook and conditions into the NODE_OPTIONS of every child; this child sees the package as a user does.
  return execFileSync('env', ['-u', 'NODE_OPTIONS', command, ...args], { cwd: app, encoding: 'utf8' })
}

/** The two blocks below the README's heading "Your first topology": the program, and what it prints. */
function firstTopology(): { program: string; output: string } {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const section = readme.split(/^## Your first topology$/m)[1] ?? ''
  const [, program = ''] = /```ts\n([\s\S]*?)```/.exec(section) ?? []
  const [, output = ''] = /```text\n([\s\S]*?)```/.exec(section) ?? []
  return { program, output }
}

t.test('the tarball holds the build and the documents, and no source', async (t) => {
  mkdirSync(app)
  // npm test:package has built already.
  const packed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
  })
  const [{ filename, files }] = JSON.parse(packed) as [{ filename: string; files: { path: string }[] }]
  const paths = files.map(({ path }) => path)
  for (const path of ['LICENSE', 'README.md', 'CHANGELOG.md', 'dist/index.js', 'dist/index.d.ts'])
    t.ok(paths.includes(path), path)
  t.same(
    paths.filter((path) => !/^(dist\/|LICENSE$|README\.md$|CHANGELOG\.md$|package\.json$)/.test(path)),
    [],
  )
  writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'app', version: '1.0.0', private: true, type: 'module' }))
  run('npm', 'install', join(folder, filename))
})

t.test('a clean npm ci works from the lock file', async (t) => {
  rmSync(join(app, 'node_modules'), { recursive: true })
  run('npm', 'ci')
  t.ok(readFileSync(join(app, 'node_modules', 'millrace', 'package.json'), 'utf8'))
})

t.test("the README's first topology prints what the README says", async (t) => {
  const { program, output } = firstTopology()
  t.not(program, '', 'the README has a program')
  writeFileSync(join(app, 'first-topology.ts'), program)
  t.equal(run(process.execPath, 'first-topology.ts'), output)
})

t.test('entries load without the packages that only some need', async (t) => {
  const entries = ['', '/embedded', '/testing', '/level'].map((entry) => `import('millrace${entry}')`)
  writeFileSync(join(app, 'entries.mjs'), `await Promise.all([${entries.join()}])`)
  t.equal(run(process.execPath, 'entries.mjs'), '')
})

t.test('importing millrace loads no native module, and neither kafkajs nor lmdb', async (t) => {
  const program = `
    import { registerHooks } from 'node:module'
    const loaded = []
    registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context) } })
    const open = process.dlopen
    process.dlopen = (module, path, ...rest) => { loaded.push(path); return open(module, path, ...rest) }
    await import('millrace')
    const shared = process.report.getReport().sharedObjects
    console.log(JSON.stringify([...loaded, ...shared].filter((path) => /\\.node$|node_modules.(kafkajs|lmdb)\\W/.test(path))))
  `
  writeFileSync(join(app, 'loads.mjs'), program)
  t.same(JSON.parse(run(process.execPath, 'loads.mjs')), [])
})
