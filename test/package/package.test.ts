import { join } from 'node:path'
import { rmSync } from 'node:fs'
import t from 'tap'
import { firstTopology, PackedApp } from './packed-app.ts'

const app = new PackedApp()
t.teardown(() => app.remove())

t.test('the tarball holds the build, the sources of its maps, documents and examples', async (t) => {
  const { paths } = app
  for (const path of [
    'LICENSE',
    'README.md',
    'CHANGELOG.md',
    'dist/index.js',
    'dist/index.d.ts',
    'docs/kafka-streams-parity.md',
    'examples/transfer-pipeline/topologies/enricher.ts',
  ])
    t.ok(paths.includes(path), path)
  t.same(
    paths.filter((path) => !/^(dist|lib|docs|examples)\/|^(LICENSE|README\.md|CHANGELOG\.md|package\.json)$/.test(path)),
    [],
  )
  const built = paths.filter((path) => path.endsWith('.js'))
  t.same(
    built.filter((path) => !paths.includes(path.replace(/^dist\/(.*)\.js$/, 'lib/$1.ts'))),
    [],
    'each map finds its source',
  )
})

t.test('a clean npm ci works from the lock file', async (t) => {
  app.run('npm', 'install', app.tarball)
  rmSync(join(app.app, 'node_modules'), { recursive: true })
  app.run('npm', 'ci')
  t.ok(app.read('node_modules/millrace/package.json'))
})

t.test("the README's first topology prints what the README says", async (t) => {
  const { program, output } = firstTopology()
  t.not(program, '', 'the README has a program')
  app.write('first-topology.ts', program)
  t.equal(app.node('first-topology.ts'), output)
})

t.test('entries load without the packages that only some need, by import and by require', async (t) => {
  const entries = ['', '/embedded', '/testing', '/connect', '/level', '/metrics', '/transport'].map(
    (entry) => `'millrace${entry}'`,
  )
  app.write('entries.mjs', `await Promise.all([${entries.map((entry) => `import(${entry})`).join()}])`)
  t.equal(app.node('entries.mjs'), '')
  app.write('entries.cjs', entries.map((entry) => `require(${entry})`).join('\n'))
  t.equal(app.node('entries.cjs'), '')
})

t.test('millrace/avro without its peers says what to install', async (t) => {
  app.write('avro.mjs', "await import('millrace/avro').catch((error) => console.log(error.code, error.message))")
  t.match(app.node('avro.mjs'), /^STREAMS_PACKAGE_MISSING .*`npm install @kafkajs\/confluent-schema-registry avsc`/)
})

t.test("kafka({ connection: 'kafkajs' }) without kafkajs says what to install", async (t) => {
  const program = `
    import { kafka } from 'millrace'
    const cluster = kafka({ bootstrapServers: '127.0.0.1:1', connection: 'kafkajs' })
    await cluster.admin({ clientId: 'me' }).catch((error) => console.log(error.code, error.message))
  `
  app.write('kafkajs.mjs', program)
  t.match(app.node('kafkajs.mjs'), /^STREAMS_PACKAGE_MISSING .*`npm install kafkajs`/)
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
  app.write('loads.mjs', program)
  t.same(JSON.parse(app.node('loads.mjs')), [])
})

t.test('an older Node is told which one is needed, by each entry', async (t) => {
  const entries = ['', '/embedded', '/testing', '/avro', '/connect', '/level', '/metrics', '/transport']
  for (const entry of entries) {
    app.write('old.mjs', `await import('millrace${entry}').catch((error) => console.log(error.message))`)
    t.match(
      app.run(...olderNode(), 'old.mjs'),
      /^Millrace needs Node\.js 24 or newer, and this is Node\.js 20\./,
      `millrace${entry}`,
    )
  }
})

/** Node 20: the system's, where it is one. */
function olderNode(): [command: string, ...args: string[]] {
  const system = '/usr/bin/node'
  try {
    if (app.run(system, '--version').startsWith('v20.')) return [system]
  } catch {
    // There is none.
  }
  return ['npx', '--yes', '--package=node@20', 'node']
}
