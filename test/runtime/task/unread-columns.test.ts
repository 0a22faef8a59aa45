import t from 'tap'
import { nullable, Serdes, StreamsBuilder, topic, type KeyValueStore } from '../../../lib/index.ts'
import type { Serde } from '../../../lib/model/serde.ts'
import { logAndContinue } from '../../../lib/runtime/errors/error-handlers.ts'
import { TopologyTestDriver, type TopologyTestDriverConfig } from '../../../lib/testing.ts'

/** A serde that counts what it decodes and encodes. */
function watched<T>(serde: Serde<T>) {
  const calls = { read: 0, written: 0 }
  const counting: Serde<T> = {
    ...serde,
    deserialize: (bytes, context) => {
      calls.read++
      return serde.deserialize(bytes, context)
    },
    serialize: (value, context) => {
      calls.written++
      return serde.serialize(value, context)
    },
  }
  return { calls, serde: counting }
}

const raw = topic('in', { key: nullable(Serdes.bytes), value: nullable(Serdes.bytes) })
const bytesOf = (text: string | null): Uint8Array | null => (text === null ? null : Buffer.from(text))

function pipe(driver: TopologyTestDriver, ...texts: readonly (readonly [key: string | null, value: string | null])[]): void {
  const input = driver.createInputTopic(raw)
  for (const [index, [key, value]] of texts.entries())
    input.pipeInput({ key: bytesOf(key), value: bytesOf(value), timestamp: index })
}

const wrapper: TopologyTestDriverConfig = { processorWrapper: (processor) => processor }
const declarations: TopologyTestDriverConfig = { declarations: 'off' }

for (const [name, config, reads] of [
  ['what a topology passes on is neither decoded nor encoded', {}, 0],
  ['with a wrapper of processors all is decoded', wrapper, 3],
  ['without declarations all is decoded', declarations, 3],
] as const)
  t.test(name, async (t) => {
    const { calls, serde } = watched(Serdes.string)
    const builder = new StreamsBuilder()
    builder.stream(topic('in', { key: serde, value: Serdes.string })).to(topic('out', { key: serde, value: Serdes.string }))
    using driver = new TopologyTestDriver(builder.build(), config)
    pipe(driver, ['a', 'x'], ['bé', 'y'], ['c', 'z'])
    const out = driver.produced().map(({ key, value }) => `${String(key)} ${String(value)}`)
    t.same(out, ['a x', 'bé y', 'c z'].map((line) => line.split(' ').map((part) => bytesOf(part)).join(' '))) // prettier-ignore
    t.same(calls, { read: reads, written: reads })
  })

t.test('another serde of a sink gets values, which it writes in its own way', async (t) => {
  const shouting: Serde<string> = {
    ...Serdes.string,
    serialize: (value, context) => Serdes.string.serialize(value.toUpperCase(), context),
  }
  const builder = new StreamsBuilder()
  builder
    .stream(topic('in', { key: Serdes.string, value: Serdes.string }))
    .to(topic('out', { key: Serdes.string, value: shouting }))
  using driver = new TopologyTestDriver(builder.build())
  pipe(driver, ['k', 'v'])
  t.equal(Buffer.from(driver.produced()[0]!.value!).toString(), 'V')
})

t.test('bytes that are not accepted are decoded, as Java decodes them', async (t) => {
  const builder = new StreamsBuilder()
  const text = { key: Serdes.string, value: Serdes.string }
  builder.stream(topic('in', text)).to(topic('out', text))
  using driver = new TopologyTestDriver(builder.build())
  driver.createInputTopic(raw).pipeInput({ key: Buffer.of(0x61, 0xff), value: bytesOf('v'), timestamp: 1 })
  t.equal(Buffer.from(driver.produced()[0]!.key!).toString(), 'a\ufffd')
})

t.test('the deserialization handler is asked about a value that nobody reads, before the first node', async (t) => {
  const builder = new StreamsBuilder()
  builder
    .stream(topic('in', { key: Serdes.string, value: Serdes.bigLong }))
    .groupByKey()
    .count({ store: 'counts' })
  using driver = new TopologyTestDriver(builder.build(), { deserializationHandler: logAndContinue })
  pipe(driver, ['a', 'eight...'], ['a', 'no long'], [null, 'eight...'], ['a', null])
  t.equal(driver.stateStore<KeyValueStore<string, { value: number }>>('counts').get('a')?.value, 1)
})

t.test('counts of keys that were never decoded are those of their values', async (t) => {
  const builder = new StreamsBuilder()
  const { calls, serde } = watched(Serdes.string)
  builder
    .stream(topic('in', { key: serde, value: Serdes.string }))
    .groupByKey()
    .count({ store: 'counts' })
  using driver = new TopologyTestDriver(builder.build(), { cacheMaxBytes: 0 })
  pipe(driver, ['a', 'x'], ['b', 'x'], ['a', 'x'], ['a', 'x'])
  t.same(calls, { read: 0, written: 0 })
  t.same(['a', 'b'].map((key) => driver.stateStore<KeyValueStore<string, { value: number }>>('counts').get(key)?.value), [3, 1]) // prettier-ignore
})

t.test('a handler gets values, also of what no node reads', async (t) => {
  const seen: unknown[] = []
  const builder = new StreamsBuilder()
  const failing: Serde<string> = { ...Serdes.string, serialize: () => { throw new RangeError('never') } } // prettier-ignore
  builder
    .stream(topic('in', { key: Serdes.string, value: Serdes.string }))
    .to(topic('out', { key: Serdes.string, value: failing }))
  using driver = new TopologyTestDriver(builder.build(), {
    productionHandler: (_, { key, value }) => {
      seen.push(key, value)
      return 'continue'
    },
  })
  pipe(driver, ['k', 'v'])
  t.same(seen, ['k', 'v'])
})

t.test('a serde that breaks its contract ends the task: no handler is asked', async (t) => {
  const broken: Serde<string> = { ...Serdes.string, name: 'broken', deserialize: () => { throw new RangeError('no') } } // prettier-ignore
  const builder = new StreamsBuilder()
  builder
    .stream(topic('in', { key: Serdes.string, value: broken }))
    .to(topic('out', { key: Serdes.string, value: Serdes.string }))
  const all = {
    deserializationHandler: logAndContinue,
    processingHandler: logAndContinue,
    productionHandler: () => 'continue' as const,
  }
  using driver = new TopologyTestDriver(builder.build(), all)
  t.throws(() => pipe(driver, ['k', 'v']), { code: 'STREAMS_SERDE_CONTRACT' })
})
