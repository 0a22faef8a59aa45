import t from 'tap'
import { JoinWindows, Serdes, StreamsBuilder, topic, type BuildOptions, type Processor, type Topology } from 'millrace'
import { TopologyTestDriver } from 'millrace/testing'

const text = (name: string) => topic(name, { key: Serdes.string, value: Serdes.string })
const merging: BuildOptions = { optimization: ['merge.repartition.topics'] }

function repartitions(topology: Topology): string[] {
  const { subtopologies } = topology.plan('app')
  return subtopologies.flatMap(({ repartitionTopics }) => repartitionTopics.map(({ name }) => name))
}

function changelogs(topology: Topology): object[] {
  return topology.plan('app').subtopologies.flatMap(({ stores }) => stores.map(({ changelog }) => changelog ?? {}))
}

/** Two groupings below one filter: Java's optimization takes the filter for the first, and does not find it again. */
function sharedFilter(options: BuildOptions): Topology {
  const builder = new StreamsBuilder()
  const rekeyed = builder.stream(text('in')).selectKey((value) => value, { name: 'rekey' })
  const shared = rekeyed.filter((value) => value !== 'no')
  shared.groupByKey({ name: 'first', key: Serdes.string, value: Serdes.string }).count().toStream().to(count('counts'))
  shared
    .groupByKey({ name: 'second', key: Serdes.string, value: Serdes.string })
    .reduce((all, value) => `${all}${value}`)
    .toStream()
    .to(text('texts'))
  return builder.build(options)
}

const count = (name: string) => topic(name, { key: Serdes.string, value: Serdes.long })

t.test('repartitions below one change of the key are one', async (t) => {
  t.same(repartitions(sharedFilter({})), ['app-first-repartition', 'app-second-repartition'])
  for (const optimization of ['all', ['merge.repartition.topics']] as const) {
    const topology = sharedFilter({ optimization })
    t.same(repartitions(topology), ['app-first-repartition'])
    t.match(topology.describe(), /rekey[^]*first-repartition-sink[^]*first-repartition-source[^]*KSTREAM-FILTER/)
    using driver = new TopologyTestDriver(topology)
    const input = driver.createInputTopic(text('in'))
    for (const value of ['a', 'no', 'a']) input.pipeInput({ key: 'k', value })
    t.same(driver.createOutputTopic(count('counts')).readKeyValues(), [
      { key: 'a', value: 1 },
      { key: 'a', value: 2 },
    ])
    t.same(driver.createOutputTopic(text('texts')).readKeyValues(), [
      { key: 'a', value: 'a' },
      { key: 'a', value: 'aa' },
    ])
  }
})

t.test('a repartition is not lifted over what changes values', async (t) => {
  const builder = new StreamsBuilder()
  const rekeyed = builder.stream(text('in')).selectKey((value) => value)
  for (const name of ['one', 'two']) {
    const lengths = rekeyed.mapValues((value) => value.length)
    lengths.groupByKey({ name, key: Serdes.string, value: Serdes.long }).reduce((sum, length) => sum + length)
  }
  t.same(repartitions(builder.build(merging)), ['app-one-repartition', 'app-two-repartition'])
})

/** Lengths of the values, by own code. */
class Lengths implements Processor<string, string, string, number> {
  #forward!: (value: number, key: string, timestamp: number) => void

  init(context: Parameters<Required<Processor<string, string, string, number>>['init']>[0]): void {
    this.#forward = (value, key, timestamp) => context.forward({ key, value, timestamp, headers: [] })
  }

  process({ key, value, timestamp }: { key: string; value: string; timestamp: number }): void {
    this.#forward(value.length, key, timestamp)
  }
}

function ownCode(options: BuildOptions): Topology {
  const builder = new StreamsBuilder()
  const rekeyed = builder.stream(text('in')).selectKey((value) => value)
  const lengths = rekeyed.processValues(() => new Lengths())
  const grouped = lengths.groupByKey({ name: 'g', key: Serdes.string, value: Serdes.long })
  grouped
    .reduce((sum, length) => sum + length)
    .toStream()
    .to(count('out'))
  return builder.build(options)
}

t.test('own code changes values and keys (KAFKA-19668): java does not notice, safe does', async (t) => {
  using safe = new TopologyTestDriver(ownCode(merging))
  safe.createInputTopic(text('in')).pipeInput({ key: 'k', value: 'abc' })
  t.same(safe.createOutputTopic(count('out')).readKeyValues(), [{ key: 'abc', value: 3 }])
  using java = new TopologyTestDriver(ownCode({ ...merging, compatibility: 'java' }))
  const input = java.createInputTopic(text('in'))
  t.throws(() => input.pipeInput({ key: 'k', value: 'abc' }), { cause: { code: 'STREAMS_SERIALIZATION' } })
})

t.test('a join with a global table changes values: java lifts repartitions over it, safe does not', async (t) => {
  const build = (options: BuildOptions): Topology => {
    const builder = new StreamsBuilder()
    const rekeyed = builder.stream(text('in')).selectKey((value) => value)
    const lengths = rekeyed.leftJoin(
      builder.globalTable(text('g')),
      (value) => value,
      (value) => value.length,
    )
    const grouped = lengths.groupByKey({ name: 'g', key: Serdes.string, value: Serdes.long })
    grouped
      .reduce((sum, length) => sum + length)
      .toStream()
      .to(count('out'))
    return builder.build(options)
  }
  using safe = new TopologyTestDriver(build(merging))
  safe.createInputTopic(text('in')).pipeInput({ key: 'k', value: 'abc' })
  t.same(safe.createOutputTopic(count('out')).readKeyValues(), [{ key: 'abc', value: 3 }])
  using java = new TopologyTestDriver(build({ ...merging, compatibility: 'java' }))
  const input = java.createInputTopic(text('in'))
  t.throws(() => input.pipeInput({ key: 'k', value: 'abc' }), { cause: { code: 'STREAMS_SERIALIZATION' } })
})

t.test('the topic of a table is its changelog', async (t) => {
  const builder = new StreamsBuilder()
  builder.table(text('in'), { store: { name: 's', changelog: { config: { 'segment.ms': '5' } } } })
  const config = { 'cleanup.policy': 'compact', 'message.timestamp.type': 'CreateTime' }
  t.same(changelogs(builder.build({ optimization: ['reuse.ktable.source.topics'] })), [{ kind: 'source', topic: 'in', config }])
})

t.test('a self join has one store', async (t) => {
  const build = (options: BuildOptions): Topology => {
    const builder = new StreamsBuilder()
    const [left, right] = [builder.stream(text('in')), builder.stream(text('in'))]
    const joined = left.join(right, (one, other) => `${one}${other}`, JoinWindows.of({ timeDifferenceMs: 10 }))
    joined.to(text('out'))
    return builder.build(options)
  }
  t.equal(changelogs(build({})).length, 2)
  const topology = build({ optimization: 'all' })
  t.equal(changelogs(topology).length, 1)
  using driver = new TopologyTestDriver(topology)
  const input = driver.createInputTopic(text('in'))
  input.pipeInput({ key: 'k', value: 'a', timestamp: 1 })
  input.pipeInput({ key: 'k', value: 'b', timestamp: 2 })
  const out = driver.createOutputTopic(text('out')).readValues()
  t.same(out.toSorted(), ['aa', 'ab', 'ba', 'bb'])
})

t.test('a built graph can be built again', async (t) => {
  const builder = new StreamsBuilder()
  const rekeyed = builder.stream(text('in')).selectKey((value) => value)
  for (const name of ['one', 'two']) rekeyed.groupByKey({ name, key: Serdes.string, value: Serdes.string }).count()
  const first = builder.build({ optimization: 'all' }).describe()
  t.equal(builder.build({ optimization: 'all' }).describe(), first)
})

t.test('generated names of internal resources can be refused (KIP-1111)', async (t) => {
  const build = (named: boolean): Topology => {
    const builder = new StreamsBuilder()
    const grouped = builder
      .stream(text('in'))
      .groupBy((value) => value, { key: Serdes.string, value: undefined, name: named ? 'by-value' : undefined })
    grouped.count({ store: named ? 'counts' : {} })
    return builder.build({ ensureExplicitInternalResourceNaming: true })
  }
  t.ok(build(true))
  t.throws(() => build(false), {
    code: 'STREAMS_UNNAMED_INTERNAL_RESOURCES',
    message: /KSTREAM-AGGREGATE-STATE-STORE-0000000003, KSTREAM-AGGREGATE-STATE-STORE-0000000003-repartition/,
  })
})

t.test('what a foreign-key join keeps for itself is to be named, too; java overlooks it', async (t) => {
  const build = (options: BuildOptions, named = {}): Topology => {
    const builder = new StreamsBuilder()
    const users = builder.table(text('users'), { store: 'users' })
    const orders = builder.table(text('orders'), { store: 'orders' })
    orders.join(
      users,
      (user) => user,
      (order, user) => order + user,
      { ...named, store: 'joined' },
    )
    return builder.build({ ...options, ensureExplicitInternalResourceNaming: true })
  }
  t.throws(() => build({}), { message: /KTABLE-FK-JOIN-SUBSCRIPTION-STATE-STORE/ })
  t.ok(build({}, { name: 'fk' }))
  t.ok(build({ compatibility: 'java' }))
})
