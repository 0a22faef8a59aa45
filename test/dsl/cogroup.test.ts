import t from 'tap'
import { Serdes, StreamsBuilder, TimeWindows, topic, type KGroupedStream } from '../../lib/index.ts'
import { TopologyTestDriver } from '../../lib/testing.ts'

const clicks = topic('clicks', { key: Serdes.string, value: Serdes.string })
const views = topic('views', { key: Serdes.string, value: Serdes.long })
const sums = topic('sums', { key: Serdes.string, value: Serdes.long })

function grouped(builder: StreamsBuilder) {
  return { clicks: builder.stream(clicks).groupByKey(), views: builder.stream(views).groupByKey() }
}

function sumsOf(builder: StreamsBuilder, cacheMaxBytes = 0): string[] {
  using driver = new TopologyTestDriver(builder.build(), { cacheMaxBytes })
  const click = driver.createInputTopic(clicks)
  const view = driver.createInputTopic(views)
  click.pipeInput({ key: 'k', value: 'abc', timestamp: 5 })
  view.pipeInput({ key: 'k', value: 10, timestamp: 2 })
  view.pipeInput({ key: 'j', value: 7, timestamp: 13 })
  click.pipeInput({ key: 'k', value: '', timestamp: 14 })
  const records = driver.createOutputTopic(sums).readRecords()
  return records.map(({ key, value, timestamp }) => `${key}=${value}@${timestamp}`)
}

const materialized = { key: Serdes.string, value: Serdes.long }

for (const cacheMaxBytes of [0, 1_000_000])
  t.test(`streams of different values are folded into one table (cache ${cacheMaxBytes})`, async (t) => {
    const builder = new StreamsBuilder()
    const { clicks, views } = grouped(builder)
    clicks
      .cogroup((sum: number, click) => sum + click.length)
      .cogroup(views, (sum, view) => sum + view)
      .aggregate(() => 100, materialized)
      .toStream()
      .to(sums)
    t.strictSame(sumsOf(builder, cacheMaxBytes), ['k=103@5', 'k=113@5', 'j=107@13', 'k=113@14'])
  })

t.test('per window', async (t) => {
  const builder = new StreamsBuilder()
  const { clicks, views } = grouped(builder)
  clicks
    .cogroup((sum: number, click) => sum + click.length)
    .cogroup(views, (sum, view) => sum + view)
    .windowedBy(TimeWindows.of({ sizeMs: 10 }))
    .aggregate(() => 0, materialized)
    .toStream()
    .selectKey((_, { key, startMs }) => `${key}@${startMs}`)
    .to(sums)
  t.strictSame(sumsOf(builder), ['k@0=3@5', 'k@0=13@5', 'j@10=7@13', 'k@10=0@14'])
})

t.test('a stream that is added again gets the new aggregator, and what is added later is of all aggregations', async (t) => {
  const builder = new StreamsBuilder()
  const { clicks, views } = grouped(builder)
  const cogrouped = clicks.cogroup((sum: number) => sum - 1).cogroup(clicks, (sum, click) => sum + click.length)
  cogrouped.cogroup(views, (sum, view) => sum + view)
  cogrouped
    .aggregate(() => 0, materialized)
    .toStream()
    .to(sums)
  t.strictSame(sumsOf(builder), ['k=3@5', 'k=13@5', 'j=7@13', 'k=13@14'])
})

t.test('two streams that are grouped by another key need names', async (t) => {
  const rekeyed = (builder: StreamsBuilder, names: readonly [object, object]) => {
    const by = (stream: KGroupedStream<string, string>, other: KGroupedStream<string, string>) =>
      stream
        .cogroup((sum: number) => sum + 1)
        .cogroup(other, (sum) => sum + 1)
        .aggregate(() => 0, materialized)
    const group = (name: string, options: object) =>
      builder
        .stream(topic(name, { key: Serdes.string, value: Serdes.string }))
        .groupBy((value) => value, { key: Serdes.string, value: undefined, ...options })
    by(group('a', names[0]), group('b', names[1]))
    return builder.build().describe().toString()
  }
  const serdes = { key: Serdes.string, value: Serdes.string }
  const named = rekeyed(new StreamsBuilder(), [
    { ...serdes, name: 'one' },
    { ...serdes, name: 'two' },
  ])
  t.match(named, /one-repartition[^]*two-repartition/)
  t.throws(() => rekeyed(new StreamsBuilder(), [serdes, serdes]), { code: 'STREAMS_DUPLICATE_NODE' })
})
