import t from 'tap'
import { countingProgram, firstTopology, PackedApp } from './packed-app.ts'

const app = new PackedApp()
t.teardown(() => app.remove())
app.run('npm', 'install', '--omit=optional', app.tarball)

t.test('without optional packages there is no native module', async (t) => {
  t.match(app.run('npm', 'ls', '--all', '--parseable'), /millrace/)
  t.notMatch(app.run('npm', 'ls', '--all', '--parseable'), /lmdb|snappy|lz4|crc32/)
})

t.test("the README's first topology runs, and an application with stores in memory", async (t) => {
  const { program, output } = firstTopology()
  app.write('first-topology.ts', program)
  t.equal(app.node('first-topology.ts'), output)
  app.write('memory.mjs', countingProgram(''))
  t.equal(app.node('memory.mjs'), '1\n')
})

t.test('what needs an optional package says which one, when it is opened', async (t) => {
  for (const [options, message] of [
    ["stateDir: './state'", /^STREAMS_PACKAGE_MISSING: Stores and topics on disk need lmdb: run `npm install lmdb`/],
    ["compressionType: 'snappy'", /^STREAMS_PACKAGE_MISSING: .* compressed by snappy need snappy: run `npm install snappy`/],
    ["compressionType: 'lz4'", /^STREAMS_PACKAGE_MISSING: .* compressed by lz4 need lz4-napi: run `npm install lz4-napi`/],
  ] as const) {
    app.write(
      'missing.mjs',
      countingProgram(options).replace('main().catch(', 'setTimeout(() => process.exit(), 5000).unref(); main().catch('),
    )
    t.match(app.node('missing.mjs'), message, options)
  }
})
