import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import ts from 'typescript'

const root = join(import.meta.dirname, '..', '..')

const given = `
import {
  JoinWindows, keyValueStore, Serdes, SessionWindows, StreamsBuilder, TimeWindows, timestampedKeyValueStore, topic, versionedKeyValueStore, windowStore,
} from '../../lib/index.ts'

interface Transfer { readonly from: string; readonly amount: number }
const transfers = topic('transfers', { key: Serdes.string, value: Serdes.json<Transfer>() })
const byNumber = topic('by-number', { key: Serdes.long, value: Serdes.json<Transfer>() })
const counts = topic('counts', { key: Serdes.string, value: Serdes.long })
const builder = new StreamsBuilder()
const stream = builder.stream(transfers)
const table = builder.table(transfers)
const numbers = builder.stream(byNumber)
const numberTable = builder.table(byNumber)
const globalTable = builder.globalTable(byNumber)
const serdes = { key: Serdes.string, value: Serdes.long }
const windows = windowStore('windows', { ...serdes, retentionMs: 10, windowSizeMs: 10 })
const versions = versionedKeyValueStore('versions', { ...serdes, historyRetentionMs: 10 })
const plain = keyValueStore('plain', serdes)
const sessions = stream.groupByKey().windowedBy(SessionWindows.of({ gapMs: 10 }))
const perTenMs = stream.groupByKey().windowedBy(TimeWindows.of({ sizeMs: 10 }))
export {
  JoinWindows, keyValueStore, Serdes, SessionWindows, StreamsBuilder, TimeWindows, timestampedKeyValueStore, topic, versionedKeyValueStore, windowStore,
  builder, counts, globalTable, numberTable, numbers, perTenMs, plain, sessions, stream, table, transfers, versions, windows,
}
export type { Transfer }
`
const names = [...given.split('export {')[1]!.split('}')[0]!.matchAll(/\w+/g)].join(', ')

/** Wrong programs, and what the compiler says of each. A user reads the end of a message, so there the reason has to be. */
const wrong: readonly (readonly [what: string, program: string, ...messages: RegExp[]])[] = [
  [
    'a window store for a table',
    'builder.table(counts, { store: windows })',
    /Type '"window"' is not assignable to type .*'TableStoreKind'|'"window"'.*"key-value" \| "versioned"/s,
  ],
  ['a window store for a count', 'stream.groupByKey().count({ store: windows })', /Type '"window"' is not assignable/],
  [
    'a window store for a table derived',
    'table.mapValues((each) => each.amount, { store: windows })',
    /Type '"window"' is not assignable/,
  ],
  [
    'a key-value store for windows',
    'perTenMs.count({ store: plain })',
    /Type '"key-value"' is not assignable to type '"window"'/,
  ],
  [
    'a versioned store for windows',
    'perTenMs.count({ store: versions })',
    /Type '"versioned"' is not assignable to type '"window"'/,
  ],
  ['a window store for sessions', 'sessions.count({ store: windows })', /Type '"window"' is not assignable to type '"session"'/],
  [
    'a versioned store for a global table',
    'builder.globalTable(counts, { store: versions })',
    /Type '"versioned"' is not assignable to type '"key-value"'/,
  ],
  [
    'a store of other values',
    'stream.groupByKey().reduce((sum) => sum, { store: plain })',
    /Type '\w+' is not assignable to type 'number'/,
  ],
  [
    'a serde of other values',
    'stream.groupByKey().count({ value: Serdes.string })',
    /Type 'number' is not assignable to type 'string'/,
  ],
  ['a group by a new key without a serde', 'stream.groupBy((transfer) => transfer.from)', /Expected 2 arguments, but got 1/],
  [
    'a group by a new key with the value serde only',
    'stream.groupBy((transfer) => transfer.from, { value: transfers.value })',
    /Property 'key' is missing/,
  ],
  [
    'a group by a new key with a serde of another',
    'stream.groupBy((transfer) => transfer.amount, { key: Serdes.string })',
    /Type 'number' is not assignable to type 'string'/,
  ],
  [
    'rows grouped anew without a value serde',
    'table.groupBy(({ from, amount }) => ({ key: from, value: amount }), { key: Serdes.string })',
    /Property 'value' is missing/,
  ],
  ['a topic without a value serde', "topic('t', { key: Serdes.string })", /Property 'value' is missing/],
  [
    'a stream and a table of different keys',
    'stream.join(numberTable, (left, right) => left.amount + right.amount)',
    /'KTable<number, Transfer>' is not assignable .*'KTable<string, Transfer>'.*Type 'number' is not assignable to type 'string'/s,
  ],
  [
    'tables of different keys',
    'table.join(numberTable, (left, right) => left.amount + right.amount)',
    /'KTable<number, Transfer>' is not assignable .*Type 'number' is not assignable to type 'string'/s,
  ],
  [
    'a global table looked up by another key',
    'stream.join(globalTable, (transfer) => transfer.from, (left, right) => left.amount + right.amount)',
    /Type 'string' is not assignable to type 'number'/,
  ],
  [
    'a foreign key of another type',
    'table.join(numberTable, (transfer) => transfer.from, (left, right) => left.amount + right.amount)',
    /Type 'string' is not assignable to type 'number'/,
  ],
  [
    'streams of different keys',
    'stream.join(numbers, (left, right) => left.amount + right.amount, JoinWindows.of({ timeDifferenceMs: 1 }))',
    /'KStream<number, Transfer>' is not assignable .*'KStream<string, Transfer>'.*Type 'number' is not assignable to type 'string'/s,
  ],
  ['a tombstone that is ignored', 'table.toStream().mapValues((transfer) => transfer.amount)', /'transfer' is possibly 'null'/],
  [
    'a tombstone that a filter ignores',
    'table.toStream().filter((transfer) => transfer.amount > 1)',
    /'transfer' is possibly 'null'/,
  ],
  [
    'a tombstone where a type without it is asked for',
    'const amounts: KStream<string, Transfer> = table.toStream()\namounts.peek(() => 0)',
    /Type 'null' is not assignable to type 'Transfer'/,
  ],
  [
    'a left join that ignores what is missing',
    'stream.leftJoin(table, (left, right) => left.amount + right.amount)',
    /'right' is possibly 'null'/,
  ],
  [
    'an outer join that ignores what is missing',
    'table.outerJoin(table, (left, right) => left.amount + right!.amount)',
    /'left' is possibly 'null'/,
  ],
  [
    'key before value',
    'stream.mapValues((key: string, transfer: Transfer) => transfer.amount + key)',
    /Types of parameters 'key' and 'value' are incompatible/,
  ],
  [
    'key before value in a predicate',
    'stream.filter((key: string, transfer: Transfer) => transfer.from === key)',
    /Types of parameters 'key' and 'value' are incompatible/,
  ],
  [
    'key before value in a table',
    'table.mapValues((key: string, transfer: Transfer) => transfer.amount + key)',
    /Types of parameters 'key' and 'value' are incompatible/,
  ],
  [
    'value before aggregate',
    'stream.groupByKey().aggregate(() => 0, (transfer: Transfer, sum: number) => sum + transfer.amount)',
    /Type 'number' is not assignable to type 'Transfer'/,
  ],
  [
    'key first in a fold',
    'stream.groupByKey().aggregate(() => 0, (key: string, transfer: Transfer, sum: number) => sum + transfer.amount + key.length)',
    /Type '\w+' is not assignable to type '\w+'/,
  ],
  [
    'key first in a joiner',
    'stream.join(table, (key: string, left: Transfer) => left.amount + key.length)',
    /Types of parameters 'key' and 'left' are incompatible/,
  ],
  [
    'a pair for a record',
    'stream.map((transfer) => [transfer.from, transfer.amount])',
    /is missing the following properties from type 'KeyValue<unknown, unknown>': key, value/,
  ],
  ['a sink of other values', 'stream.to(counts)', /Type 'Transfer' is not assignable to type 'number'/],
]

const folder = join(root, 'test', 'types')
const files = new Map([
  [join(folder, 'given.ts'), given],
  ...wrong.map(
    ([, program], index) =>
      [
        join(folder, `wrong-${index}.ts`),
        `import { ${names} } from './given.ts'\nimport type { Transfer } from './given.ts'\nimport type { KStream } from '../../lib/index.ts'\n${program}\n`,
      ] as const,
  ),
])

function program(): ts.Program {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile) as { config: object }
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const unused = { noUnusedLocals: false, noUnusedParameters: false }
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile, getSourceFile } = host
  host.fileExists = (name) => files.has(name) || fileExists(name)
  host.readFile = (name) => files.get(name) ?? readFile(name)
  host.getSourceFile = (name, target, ...rest) => {
    const text = files.get(name)
    return text === undefined ? getSourceFile(name, target, ...rest) : ts.createSourceFile(name, text, target)
  }
  const examples = ts.sys.readDirectory(join(root, 'examples'), ['.ts'])
  return ts.createProgram([...files.keys(), ...examples], { ...options, ...unused }, host)
}

const compiled = program()

function messagesOf(file: string): string[] {
  const source = compiled.getSourceFile(file)!
  const found = [...compiled.getSyntacticDiagnostics(source), ...compiled.getSemanticDiagnostics(source)]
  return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
}

/** Checks them, and says how much of the processor that took, in ms. */
function checked(t: Test, examples: readonly string[]): number {
  const start = process.cpuUsage()
  t.same(examples.flatMap(messagesOf), [])
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000
}

t.test('the pipeline is checked in less than two seconds, and what the small examples add in less than one', async (t) => {
  const pipeline = ts.sys.readDirectory(join(root, 'examples', 'transfer-pipeline'), ['.ts'])
  const small = ts.sys.readDirectory(join(root, 'examples'), ['.ts']).filter((file) => !pipeline.includes(file))
  const pipelineMs = checked(t, pipeline)
  t.ok(pipelineMs < 2000, `${pipelineMs} ms`)
  const smallMs = checked(t, small)
  t.ok(smallMs < 1000, `${smallMs} ms`)
})

t.test('what is given compiles', async (t) => t.same(messagesOf(join(folder, 'given.ts')), []))

for (const [index, [what, , message]] of wrong.entries())
  t.test(`${what} does not compile, and the compiler says why`, async (t) => {
    const messages = messagesOf(join(folder, `wrong-${index}.ts`))
    t.match(messages.join('\n'), message)
  })
