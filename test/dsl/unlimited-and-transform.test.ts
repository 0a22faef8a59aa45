import t from 'tap'
import { Serdes, StreamsBuilder, timestampedKeyValueStore, topic, UnlimitedWindows } from '../../lib/index.ts'
import type { TimestampedKeyValueStore } from '../../lib/index.ts'
import { TopologyTestDriver } from '../../lib/testing.ts'

const words = topic('words', { key: Serdes.string, value: Serdes.string })
const out = topic('out', { key: Serdes.string, value: Serdes.string })

for (const defaultStoreMedium of ['memory', 'disk'] as const)
  t.test(`an unlimited window takes all records from its start on, on ${defaultStoreMedium}`, async (t) => {
    const builder = new StreamsBuilder()
    builder
      .stream(words)
      .groupByKey()
      .windowedBy(UnlimitedWindows.of({ startMs: 100 }))
      .count()
      .toStream()
      .map((count, { key, startMs, endMs }) => ({ key, value: `${count} in ${startMs}/${endMs}` }))
      .to(out)
    using driver = new TopologyTestDriver(builder.build(), { defaultStoreMedium })
    const input = driver.createInputTopic(words)
    for (const timestamp of [99, 100, 1e12, 101]) input.pipeInput({ key: 'k', value: 'v', timestamp })
    const counted = driver.createOutputTopic(out).readRecords()
    t.same(
      counted.map(({ value }) => value),
      ['1 in 100/Infinity', '2 in 100/Infinity', '3 in 100/Infinity'],
    )
  })

t.test('a start before time is refused', (t) => {
  t.throws(() => UnlimitedWindows.of({ startMs: -1 }), TypeError)
  t.end()
})

t.test('transformValues sees values and deletes, and its stores', async (t) => {
  const builder = new StreamsBuilder()
  builder.addStateStore(timestampedKeyValueStore('calls', { key: Serdes.string, value: Serdes.long }))
  const supplier = () => {
    let calls: TimestampedKeyValueStore<string, number>
    return {
      init: (context: { stateStore<S>(name: string): S }) => void (calls = context.stateStore('calls')),
      transform: (value: string | null, key: string) => {
        const count = (calls.get(key)?.value ?? 0) + 1
        calls.put(key, { value: count, timestamp: 0 })
        return value === null ? null : `${value}#${count}`
      },
    }
  }
  builder
    .table(words)
    .transformValues(supplier, { stores: ['calls'], value: Serdes.string, store: 'counted' })
    .toStream()
    .to(out)
  using driver = new TopologyTestDriver(builder.build())
  const input = driver.createInputTopic(words)
  input.pipeInput({ key: 'k', value: 'a', timestamp: 0 })
  input.pipeInput({ key: 'k', value: null as never, timestamp: 1 })
  input.pipeInput({ key: 'k', value: 'b', timestamp: 2 })
  t.same(
    driver
      .createOutputTopic(out)
      .readRecords()
      .map(({ value }) => value),
    ['a#1', null, 'b#3'],
  )
})
