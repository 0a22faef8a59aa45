import { deepEqual } from 'node:assert/strict'
import fc from 'fast-check'
import { nullable, Serdes, StreamsBuilder, topic } from 'millrace'
import { TopologyTestDriver } from 'millrace/testing'
import t from 'tap'
import { runs } from './runs.ts'

// A record of a stream is joined with the row that the table has when it comes; updates of the table alone make nothing.

const streamed = topic('stream', { key: nullable(Serdes.string), value: nullable(Serdes.string) })
const rows = topic('table', { key: Serdes.string, value: Serdes.string })
const out = topic('out', { key: nullable(Serdes.string), value: Serdes.string })

interface Input {
  readonly to: 'stream' | 'table'
  readonly key: string | null
  readonly value: string | null
  readonly timestamp: number
}

type Kind = 'inner' | 'left'
type Result = readonly [key: string | null, value: string, timestamp: number]

const joiner = (left: string, right: string | null): string => `${left}+${right}`
/** Of a global join: the end of the value, or nothing. */
const keySelector = (value: string): string | null => (value.endsWith('-') ? null : value.slice(-1))

function joinOf(kind: Kind, table: 'table' | 'global table') {
  const builder = new StreamsBuilder()
  const stream = builder.stream(streamed)
  const joined = {
    table: { inner: () => stream.join(builder.table(rows), joiner), left: () => stream.leftJoin(builder.table(rows), joiner) },
    'global table': {
      inner: () => stream.join(builder.globalTable(rows), keySelector, joiner),
      left: () => stream.leftJoin(builder.globalTable(rows), keySelector, joiner),
    },
  }
  joined[table][kind]().to(out)
  return builder.build()
}

function run(kind: Kind, table: 'table' | 'global table', inputs: readonly Input[]): Result[][] {
  using driver = new TopologyTestDriver(joinOf(kind, table))
  const [toStream, toTable] = [driver.createInputTopic(streamed), driver.createInputTopic(rows)]
  const output = driver.createOutputTopic(out)
  return inputs.map(({ to, key, value, timestamp }) => {
    if (to === 'stream') toStream.pipeInput({ key, value, timestamp })
    else toTable.pipeInput({ key: key as string, value: value as string, timestamp })
    return output.readRecords().map((record): Result => [record.key, record.value, record.timestamp])
  })
}

/** The table is what its last updates say, by the order in which they came. */
function expected(kind: Kind, keyOf: (input: Input) => string | null, inputs: readonly Input[]): Result[][] {
  const table = new Map<string, string>()
  return inputs.map((input) => {
    const { to, key, value, timestamp } = input
    if (to === 'table') {
      if (key !== null && value !== null) table.set(key, value)
      else if (key !== null) table.delete(key)
      return []
    }
    if (value === null) return []
    const row = table.get(keyOf(input) ?? 'of no key') ?? null
    return row === null && kind === 'inner' ? [] : [[key, joiner(value, row), timestamp]]
  })
}

const input: fc.Arbitrary<Input> = fc.record({
  to: fc.constantFrom('stream' as const, 'table' as const),
  key: fc.option(fc.constantFrom('a', 'b', 'c'), { freq: 9 }),
  value: fc.option(fc.constantFrom('1a', '2a', '3b', '4-', '5z'), { freq: 4 }),
  timestamp: fc.nat(99),
})
const inputs = fc
  .array(input, { maxLength: 40, size: 'medium' })
  .map((all) => all.filter(({ to, key }) => to === 'stream' || key !== null))

const keyOf = {
  table: ({ key }: Input) => key,
  'global table': ({ value }: Input) => (value === null ? null : keySelector(value)),
}

for (const table of ['table', 'global table'] as const)
  for (const kind of ['inner', 'left'] as const)
    t.test(`${kind} join of a stream with a ${table}: each record meets the row of its moment`, async () => {
      const law = fc.property(inputs, (all) => deepEqual(run(kind, table, all), expected(kind, keyOf[table], all)))
      fc.assert(law, runs(100))
    })
