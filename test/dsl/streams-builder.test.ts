import t from 'tap'
import { TopologyTestDriver } from '../../lib/testing/topology-test-driver.ts'
import { StreamsBuilder } from '../../lib/dsl/streams-builder.ts'
import { TimeWindows } from '../../lib/dsl/windows/time-windows.ts'
import { topic } from '../../lib/model/topic.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import type { InternalTopic, SinkNode, SourceNode } from '../../lib/topology/topology-plan.ts'

const text = { key: Serdes.string, value: Serdes.string }
const input = topic('in', text)
const other = topic('other', text)
const windows = TimeWindows.of({ sizeMs: 10, graceMs: 5 })

type Build = (builder: StreamsBuilder) => unknown

function planOf(build: Build) {
  const builder = new StreamsBuilder()
  build(builder)
  return builder.build().plan('app').subtopologies
}

function repartitionTopics(build: Build): InternalTopic[] {
  return planOf(build).flatMap((subtopology) => [...subtopology.repartitionTopics])
}

function nodesOf<N>(build: Build, kind: string): N[] {
  return planOf(build).flatMap(({ nodes }) => nodes.filter((node) => node.kind === kind)) as N[]
}

const faults: readonly (readonly [string, Build])[] = [
  ['STREAMS_OVERLAPPING_TOPICS', (builder) => [builder.stream(input), builder.stream([input, other])]],
  [
    'STREAMS_OFFSET_RESET_CONFLICT',
    (builder) => [builder.stream(input, { offsetReset: 'latest' }), builder.stream(input, { offsetReset: 'earliest' })],
  ],
  ['STREAMS_TOPIC_ALREADY_REGISTERED', (builder) => [builder.stream(input), builder.table(input)]],
  ['STREAMS_TOPIC_ALREADY_REGISTERED', (builder) => [builder.table(input), builder.table(input)]],
  ['STREAMS_INVALID_NAME', (builder) => builder.stream(input).filter(() => true, { name: 'a b' })],
  ['STREAMS_INVALID_NAME', (builder) => builder.stream(input).repartition({ name: 'a b' })],
  ['STREAMS_INVALID_NAME', (builder) => builder.table(input, { store: '..' })],
  ['STREAMS_DUPLICATE_NODE', (builder) => [builder.stream(input, { name: 'n' }), builder.stream(other, { name: 'n' })]],
  ['STREAMS_DUPLICATE_STORE', (builder) => [builder.table(input, { store: 's' }), builder.table(other, { store: 's' })]],
  ['STREAMS_UNKNOWN_STORE', (builder) => builder.stream(input).process(() => ({ process: () => undefined }), { stores: ['s'] })],
  [
    'STREAMS_RETENTION_TOO_SMALL',
    (builder) =>
      builder
        .stream(input)
        .groupByKey()
        .windowedBy(windows)
        .count({ store: { retentionMs: 14 } }),
  ],
  [
    'STREAMS_NOT_COPARTITIONED',
    (builder) => {
      const left = builder.stream(input).repartition({ partitions: 2 })
      return left.join(builder.stream(other).repartition({ partitions: 3 }).toTable(), () => '')
    },
  ],
]

for (const [index, [code, build]] of faults.entries())
  t.test(`${code} (${index})`, async (t) => {
    t.throws(() => planOf(build), { name: 'TopologyError', code })
  })

t.test('windows that cannot be are refused', async (t) => {
  for (const options of [{ sizeMs: 0 }, { sizeMs: 10, advanceMs: 11 }, { sizeMs: 10, advanceMs: 0 }, { sizeMs: 10, graceMs: -1 }])
    t.throws(() => TimeWindows.of(options), TypeError)
})

t.test('a builder can build again, and after more was added', async (t) => {
  const builder = new StreamsBuilder()
  const stream = builder.stream(input)
  const first = builder.build().describe()
  t.equal(builder.build().describe(), first)
  stream.to(other)
  t.match(builder.build().describe(), 'KSTREAM-SINK-0000000001')
})

t.test('serdes travel with the stream as far as types do', async (t) => {
  const build: Build = (builder) => {
    const stream = builder.stream(input)
    stream.filter(() => true).to({ name: 'filtered' })
    stream.mapValues(() => 1).to({ name: 'mapped' })
    stream.selectKey(() => 1).to({ name: 'rekeyed' })
    stream.mapValues(() => 1).to(topic('counts', { key: Serdes.string, value: Serdes.long }))
  }
  const serdes = nodesOf<SinkNode>(build, 'sink').map(({ topic, key, value }) => [topic, key?.name, value?.name])
  t.strictSame(serdes, [
    ['filtered', 'string', 'string'],
    ['mapped', 'string', undefined],
    ['rekeyed', undefined, 'string'],
    ['counts', 'string', 'long'],
  ])
})

t.test('the serdes of a grouping are those of its repartition topic; what it leaves out is the stream’s', async (t) => {
  const build: Build = (builder) =>
    builder
      .stream(input)
      .groupBy((value) => value.length, { key: Serdes.long, value: undefined })
      .count()
  const [, source] = nodesOf<SourceNode>(build, 'source')
  t.strictSame([source?.key?.name, source?.value?.name], ['long', 'string'])
})

t.test('aggregations of a named grouping share one repartition topic, of an unnamed one they do not', async (t) => {
  const twice =
    (name?: string): Build =>
    (builder) => {
      const grouped = builder.stream(input).groupBy((value) => value, { name, key: undefined, value: undefined })
      grouped.count()
      grouped.reduce((left) => left)
    }
  t.equal(repartitionTopics(twice()).length, 2)
  t.strictSame(
    repartitionTopics(twice('mine')).map(({ name }) => name),
    ['app-mine-repartition'],
  )
})

t.test('a key that has not changed needs no repartition', async (t) => {
  t.strictSame(
    repartitionTopics((builder) =>
      builder
        .stream(input)
        .mapValues(() => '')
        .groupByKey()
        .count(),
    ),
    [],
  )
})

t.test('a table has a store where it is named or joined, and not otherwise', async (t) => {
  const storesOf = (build: Build): string[] => planOf(build).flatMap(({ stores }) => stores.map(({ spec }) => spec.name))
  t.strictSame(
    storesOf((builder) =>
      builder
        .table(input)
        .filter(() => true)
        .toStream(),
    ),
    [],
  )
  t.strictSame(
    storesOf((builder) => builder.table(input, { store: 'mine' })),
    ['mine'],
  )
  t.strictSame(
    storesOf((builder) =>
      builder.stream(other).join(
        builder.table(input).mapValues(() => ''),
        () => '',
      ),
    ),
    ['in-STATE-STORE-0000000001'],
  )
})

t.test('branches are in the map by name, but for those that a consumer took', async (t) => {
  const seen: string[] = []
  const branches = new StreamsBuilder()
    .stream(input)
    .split({ name: 'by-' })
    .branch((value) => value === '', { name: 'empty' })
    .branch((value) => value === 'x', { withConsumer: () => seen.push('taken') })
    .branch((value) => value === 'y', { name: 'mapped', withFunction: (branch) => branch.mapValues(() => 'z') })
    .defaultBranch()
  t.strictSame([...branches.keys()], ['by-empty', 'by-mapped', 'by-0'])
  t.strictSame(seen, ['taken'])
})

t.test('the partitioner of a foreign-key join is given no value, and chooses one partition', async (t) => {
  const given: unknown[] = []
  const joined = (chosen: readonly number[]) => {
    const builder = new StreamsBuilder()
    builder.table(input).join(
      builder.table(other),
      (value) => value,
      (left) => left,
      { otherPartitioner: (value, key) => (given.push([value, key]), chosen) },
    )
    return new TopologyTestDriver(builder.build(), { partitions: 2 })
  }
  using one = joined([1])
  one.createInputTopic(input).pipeInput({ key: 'k', value: 'foreign' })
  t.strictSame(given, [[undefined, 'foreign']])
  using two = joined([0, 1])
  t.throws(() => two.createInputTopic(input).pipeInput({ key: 'k', value: 'foreign' }), {
    code: 'STREAMS_FOREIGN_KEY_PARTITIONER',
  })
})
