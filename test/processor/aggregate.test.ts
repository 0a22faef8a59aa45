import t from 'tap'
import { nullable, Serdes, StreamsBuilder, TimeWindows, topic, type KeyValue } from 'millrace'
import { TopologyTestDriver } from 'millrace/testing'

// What the vectors cannot show: where `safe` differs from Java, and lambdas that make a mistake.

const input = topic('in', { key: Serdes.string, value: Serdes.string })
const output = topic('out', { key: Serdes.string, value: nullable(Serdes.long) })

function countsOf(compatibility: 'safe' | 'java'): readonly KeyValue<string, number | null>[] {
  const builder = new StreamsBuilder()
  const counts = builder.stream(input).groupByKey().count()
  counts
    .filter((count) => count < 1)
    .toStream()
    .to(output)
  using driver = new TopologyTestDriver(builder.build(), { compatibility, cacheMaxBytes: 0 })
  driver.createInputTopic(input).pipeKeyValueList([{ key: 'a', value: 'x' }])
  return driver.createOutputTopic(output).readKeyValues()
}

t.test('the first update of a key has no old value; Java says that it was the initial one', async (t) => {
  t.same(countsOf('safe'), [])
  t.same(countsOf('java'), [{ key: 'a', value: null }])
})

function reducedBy(reducer: (aggregate: string, value: string) => string): () => void {
  const builder = new StreamsBuilder()
  builder
    .stream(topic('in', { key: Serdes.string, value: Serdes.string }))
    .groupByKey()
    .reduce(reducer)
  const topology = builder.build()
  return () => {
    using driver = new TopologyTestDriver(topology)
    driver.createInputTopic(input).pipeKeyValueList([
      { key: 'a', value: 'x' },
      { key: 'a', value: 'y' },
    ])
  }
}

t.test('a fold that returns undefined or a promise is an error that says so', async (t) => {
  t.throws(
    reducedBy(() => undefined as unknown as string),
    { code: 'STREAMS_UNDEFINED_RESULT' },
  )
  t.throws(reducedBy((async () => 'x') as unknown as () => string), {
    code: 'STREAMS_ASYNC_LAMBDA',
    message: /The reducer of KSTREAM-REDUCE-0000000002 returned a promise/,
  })
})

t.test('a fold that throws names node and record, and keeps the cause', async (t) => {
  const cause = new RangeError('too much')
  const failing = reducedBy(() => {
    throw cause
  })
  t.throws(failing, {
    code: 'STREAMS_PROCESSING_FAILED',
    facts: { node: 'KSTREAM-REDUCE-0000000002', topic: 'in', offset: 1 },
    cause,
  })
})

t.test('windows are those that hold the timestamp, and close by stream time', async (t) => {
  const builder = new StreamsBuilder()
  const windows = TimeWindows.of({ sizeMs: 10, advanceMs: 4, graceMs: 2 })
  const windowed = topic('windowed', { key: Serdes.timeWindowed(Serdes.string, 10), value: nullable(Serdes.long) })
  builder.stream(input).groupByKey().windowedBy(windows).count().toStream().to(windowed)
  using driver = new TopologyTestDriver(builder.build())
  const startsAt = (timestamp: number): number[] => {
    driver.createInputTopic(input).pipeInput({ key: 'k', value: 'v', timestamp })
    return driver
      .createOutputTopic(windowed)
      .readRecords()
      .map(({ key }) => key.startMs)
  }
  t.same(startsAt(0), [0])
  t.same(startsAt(9), [0, 4, 8])
  t.same(startsAt(11), [4, 8])
  t.same(startsAt(12), [4, 8, 12])
  t.same(startsAt(5), [4], 'the first window closed when stream time reached 12')
})
