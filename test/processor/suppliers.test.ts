import t from 'tap'
import { Serdes, StreamsBuilder, timestampedKeyValueStore, topic, Topology } from '../../lib/index.ts'
import { PassThrough } from '../../lib/processor/stateless/pass-through.ts'

const text = { key: Serdes.string, value: Serdes.string }
const input = topic('in', text)
const store = timestampedKeyValueStore('store', { ...text, changelog: 'disabled' })
const shared = new PassThrough<string, string>()
const transformer = { transform: (value: string | null) => value }

const calls: Readonly<Record<string, () => unknown>> = {
  addProcessor: () => new Topology().addSource('source', input).addProcessor('node', () => shared, ['source']),
  process: () => new StreamsBuilder().stream(input).process(() => shared),
  processValues: () => new StreamsBuilder().stream(input).processValues(() => shared),
  addGlobalStore: () => new StreamsBuilder().addGlobalStore(store, input, () => shared as never),
  transformValues: () => new StreamsBuilder().table(input).transformValues(() => transformer),
}

for (const [method, call] of Object.entries(calls))
  t.test(`${method}() refuses a supplier that returns one object for all tasks`, async (t) => {
    t.throws(call, { code: 'STREAMS_SHARED_PROCESSOR', message: new RegExp(`^${method}\\(\\) `), facts: { method } })
  })

t.test('a supplier that makes nothing is told at the call', async (t) => {
  const nothing = (() => undefined) as unknown as () => typeof shared
  t.throws(() => new StreamsBuilder().stream(input).process(nothing), {
    code: 'STREAMS_UNDEFINED_RESULT',
    message: /process\(\)/,
  })
})
