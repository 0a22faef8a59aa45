import { join } from 'node:path'
import t from 'tap'
import ts from 'typescript'
import { PackedApp } from './packed-app.ts'

const app = new PackedApp()
t.teardown(() => app.remove())
app.run('npm', 'install', app.tarball)

const program = `
import { KafkaStreams, openConsumer, openProducer, Serdes, StreamsBuilder, topic } from 'millrace'
import { avro, schemaRegistry } from 'millrace/avro'
import { EmbeddedKafka } from 'millrace/embedded'
import { openLevelStorage } from 'millrace/level'
import { TopologyTestDriver } from 'millrace/testing'
import { kafkaCluster, readableRanges, RecordBatchBuilder } from 'millrace/transport'
import type { Cluster, Connection, KafkaClusterOptions, OpenConnection } from 'millrace/transport'

const words = topic('words', { key: Serdes.string, value: Serdes.string })
const rows = topic('rows', { key: Serdes.string, value: avro({ type: 'record', name: 'Row', fields: [{ name: 'id', type: 'long' }] }) })
const builder = new StreamsBuilder()
builder.stream(rows).mapValues((row) => row.id.toFixed()).to(words)
export const driver = new TopologyTestDriver(builder.build())
export const start = async () => {
  const cluster = await EmbeddedKafka.open()
  return new KafkaStreams(builder.build(), { applicationId: 'a', cluster, schemaRegistry: schemaRegistry('http://localhost:8081') }).start()
}
export { openLevelStorage, readableRanges, RecordBatchBuilder }
export const cluster = (options: KafkaClusterOptions): Cluster => kafkaCluster(options)
export const reader = (cluster: Cluster) => openConsumer(cluster, { clientId: 'a', topics: [words, rows] })
export async function* read(cluster: Cluster) {
  for await (const batch of await reader(cluster)) yield batch
}
export async function* records(cluster: Cluster) {
  for await (const { records } of read(cluster)) yield* records
}
export const sent = async (cluster: Cluster) => (await openProducer(cluster, { clientId: 'a' })).send(words, [{ key: 'a', value: 'b' }])
export const bytes = async (open: OpenConnection, connection: Connection): Promise<Uint8Array> =>
  connection.exchange({ apiName: 'Metadata', apiKey: 3, apiVersion: 7, header: 'plain', body: new Uint8Array(4) })
`
app.write('program.mts', program)
app.write('program.cts', program)

// No types of Node and none of the DOM, and declarations are checked as strictly as sources.
const bare: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  // What a program exports has types that it can name.
  declaration: true,
  skipLibCheck: false,
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2022.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: [],
  typeRoots: [],
}

function errors(file: string, options: ts.CompilerOptions): string[] {
  const made = ts.createProgram([join(app.app, file)], { ...bare, ...options })
  return ts.getPreEmitDiagnostics(made).map(({ file: at, messageText }) => {
    return `${at?.fileName.split('/').slice(-3).join('/')}: ${ts.flattenDiagnosticMessageText(messageText, ' ').slice(0, 200)}`
  })
}

const projects: readonly (readonly [name: string, file: string, options: ts.CompilerOptions])[] = [
  ['with nothing but the language', 'program.mts', {}],
  ['in a project of CommonJS', 'program.cts', {}],
  ['for a bundler', 'program.mts', { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler }],
  ['beside the DOM', 'program.mts', { lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'] }],
  [
    'with all that is strict',
    'program.mts',
    {
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      noPropertyAccessFromIndexSignature: true,
      verbatimModuleSyntax: true,
      isolatedModules: true,
    },
  ],
]

for (const [name, file, options] of projects)
  t.test(`the types of all entries compile ${name}`, async (t) => {
    t.same(errors(file, options), [])
  })
