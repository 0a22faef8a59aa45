import t from 'tap'
import { nullable, Serdes, StreamsBuilder, topic, type KeyValueStore } from '../../../lib/index.ts'
import type { Serde } from '../../../lib/model/serde.ts'
import { TopologyTestDriver, type TopologyTestDriverConfig } from '../../../lib/testing.ts'

/** A serde of strings that counts what it encodes. */
function watched(own: Partial<Serde<string>> = {}) {
  const calls = { written: 0 }
  const serde: Serde<string> = {
    ...Serdes.string,
    serialize: (value, context) => {
      calls.written++
      return Serdes.string.serialize(value, context)
    },
    ...own,
  }
  return { calls, serde }
}

const raw = topic('in', { key: nullable(Serdes.bytes), value: nullable(Serdes.bytes) })

function pipe(driver: TopologyTestDriver, ...records: readonly (readonly [key: Uint8Array | string, value: string])[]): void {
  const input = driver.createInputTopic(raw)
  for (const [index, [key, value]] of records.entries())
    input.pipeInput({ key: Buffer.from(key as string), value: Buffer.from(value), timestamp: index })
}

const produced = (driver: TopologyTestDriver): string[] =>
  driver
    .produced()
    .filter((record) => record.topic === 'out')
    .map(({ key, value }) => `${Buffer.from(key!).toString()} ${Buffer.from(value!).toString()}`)

const declarations: TopologyTestDriverConfig = { declarations: 'off' }

for (const [name, config, written] of [
  ['a key and a value that were read, and passed on, are not encoded again', {}, 0],
  ['without declarations they are encoded', declarations, 4],
] as const)
  t.test(name, async (t) => {
    const { calls, serde } = watched()
    const builder = new StreamsBuilder()
    builder
      .stream(topic('in', { key: serde, value: serde }))
      .filter((value, key) => key !== '' && value !== '')
      .to(topic('out', { key: serde, value: serde }))
    using driver = new TopologyTestDriver(builder.build(), config)
    pipe(driver, ['a', 'x'], ['bé', 'y'])
    t.same(produced(driver), ['a x', 'bé y'])
    t.equal(calls.written, written)
  })

t.test('what a lambda makes is encoded, and a key that it makes is another one for the store', async (t) => {
  const { calls, serde } = watched()
  const builder = new StreamsBuilder()
  builder
    .stream(topic('in', { key: serde, value: serde }))
    .map((value, key) => ({ key: `${key}!`, value: `${value}?` }))
    .to(topic('out', { key: serde, value: serde }))
  using driver = new TopologyTestDriver(builder.build())
  pipe(driver, ['a', 'x'], ['a!', 'x?'])
  t.same(produced(driver), ['a! x?', 'a!! x??'])
  t.equal(calls.written, 4)
})

for (const [name, own] of [
  ['values that can be changed', { immutable: false }],
  ['more than one form in bytes', { canonical: false }],
] as const)
  t.test(`a serde of ${name} encodes them`, async (t) => {
    const { calls, serde } = watched(own)
    const builder = new StreamsBuilder()
    const all = { key: serde, value: serde }
    builder.stream(topic('in', all)).filter((value, key) => key !== value).to(topic('out', all)) // prettier-ignore
    using driver = new TopologyTestDriver(builder.build())
    pipe(driver, ['a', 'x'])
    t.same([produced(driver), calls.written], [['a x'], 2])
  })

t.test('a key whose bytes are not those of its text is written as Java writes it', async (t) => {
  const text = { key: Serdes.string, value: Serdes.string }
  const builder = new StreamsBuilder()
  builder.stream(topic('in', text)).filter((_, key) => key !== '').to(topic('out', text)) // prettier-ignore
  using driver = new TopologyTestDriver(builder.build())
  pipe(driver, [Buffer.of(0x61, 0xff), 'v'])
  t.same(produced(driver), ['a\ufffd v'])
})

for (const [name, cacheMaxBytes] of [
  ['with', 1],
  ['without', 0],
] as const)
  // prettier-ignore
  t.test(`counts by keys that a lambda reads, ${name} a cache that evicts at each write`, async (t) => {
    const { calls, serde } = watched()
    const builder = new StreamsBuilder()
    const counts = builder
      .stream(topic('in', { key: serde, value: Serdes.string }))
      .filter((_, key) => key !== '')
      .groupByKey()
      .count({ store: 'counts' })
    counts.toStream().mapValues((count, key) => `${key}${count}`).to(topic('out', { key: serde, value: Serdes.string })) // prettier-ignore
    using driver = new TopologyTestDriver(builder.build(), { cacheMaxBytes })
    pipe(driver, ['a', 'x'], ['bb', 'x'], ['a', 'x'], ['a', 'x'], ['bb', 'x'])
    driver.advanceWallClockTime(60_000)
    if (cacheMaxBytes === 0) t.equal(calls.written, 0)
    t.same(produced(driver).slice(-2), ['a a3', 'bb bb2'])
    t.same(['a', 'bb'].map((key) => driver.stateStore<KeyValueStore<string, { value: number }>>('counts').get(key)?.value), [3, 2]) // prettier-ignore
  })
