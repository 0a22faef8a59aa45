import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import {
  nullable,
  openLmdbStorage,
  Serdes,
  StreamsBuilder,
  topic,
  versionedKeyValueStore,
  type Joined,
  type KTable,
  type Serde,
  type VersionedKeyValueStore,
} from 'millrace'
import { TopologyTestDriver, type TopologyTestDriverConfig } from 'millrace/testing'

const key = nullable(Serdes.string) as Serde<string>
const text = (name: string) => topic(name, { key, value: Serdes.string })
const prices = text('prices')
const orders = text('orders')
const out = text('out')

const versions = (name: string, historyRetentionMs = 100) => versionedKeyValueStore<string, string>(name, { historyRetentionMs })

type Input = readonly [topic: 'prices' | 'orders', key: string | null, value: string | null, timestamp: number]

function pipe(driver: TopologyTestDriver, inputs: readonly Input[]): void {
  for (const [name, key, value, timestamp] of inputs)
    driver.createInputTopic(text(name)).pipeInput({ key: key!, value: value!, timestamp })
}

/** What comes out, as `key=value@timestamp`. */
function run(builder: StreamsBuilder, inputs: readonly Input[], config: TopologyTestDriverConfig = {}): string[] {
  using driver = new TopologyTestDriver(builder.build(), config)
  pipe(driver, inputs)
  return shown(driver)
}

function shown(driver: TopologyTestDriver): string[] {
  const records = driver.createOutputTopic(out).readRecords()
  return records.map(({ key, value, timestamp }) => `${key}=${value}@${timestamp}`)
}

function joined(how: Joined<string, string> = {}, history = 100): StreamsBuilder {
  const builder = new StreamsBuilder()
  const table = builder.table(prices, { store: versions('v', history) })
  builder
    .stream(orders)
    .leftJoin(table, (order, price) => `${order}-${price}`, how)
    .to(out)
  return builder
}

t.test('a stream is joined with what the table was at the time of its record', async (t) => {
  const inputs: Input[] = [
    ['prices', 'k', 'late', 20],
    ['prices', 'k', 'early', 10],
    ['orders', 'k', 'a', 25],
    ['orders', 'k', 'b', 15],
    ['orders', 'k', 'c', 5],
  ]
  t.same(run(joined(), inputs), ['k=a-late@25', 'k=b-early@15', 'k=c-null@5'])
})

const late: readonly Input[] = [
  ['prices', 'k', 'x', 20],
  ['prices', 'k', 'y', 10],
]

t.test('a late update shows in the changes of the table, and not in its joins and groups', async (t) => {
  const over = (build: (table: KTable<string, string>, builder: StreamsBuilder) => KTable<string, unknown>): string[] => {
    const builder = new StreamsBuilder()
    const table = build(builder.table(prices, { store: versions('v') }), builder)
    table
      .mapValues((value) => String(value))
      .toStream()
      .to(out)
    return run(builder, late)
  }
  t.same(
    over((table) => table),
    ['k=x@20', 'k=y@10'],
  )
  t.same(
    over((table, builder) => table.leftJoin(builder.table(orders), (left, right) => `${left}-${right}`)),
    ['k=x-null@20'],
  )
  t.same(
    over((table, builder) =>
      table.leftJoin(
        builder.table(orders),
        (value) => value,
        (left, right) => `${left}-${right}`,
      ),
    ),
    ['k=x-null@20'],
  )
  t.same(
    over((table) => table.groupBy((value, key) => ({ key, value }), { key: Serdes.string, value: Serdes.string }).count()),
    ['k=1@20'],
  )
})

t.test('what is older than the history is not forwarded', async (t) => {
  const builder = new StreamsBuilder()
  builder
    .table(prices, { store: versions('v', 5) })
    .toStream()
    .to(out)
  t.same(run(builder, late), ['k=x@20'])
})

t.test('a table on disk keeps its versions over a restart', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-versions-'))
  t.teardown(() => rmSync(dir, { recursive: true, force: true }))
  const storage = await openLmdbStorage(dir)
  const builder = new StreamsBuilder()
  builder.table(prices, { store: versions('v') })
  const topology = builder.build()
  {
    using driver = new TopologyTestDriver(topology, { storage })
    pipe(driver, [...late, ['prices', 'k', null, 30]])
  }
  using driver = new TopologyTestDriver(topology, { storage })
  const store = driver.stateStore<VersionedKeyValueStore<string, string>>('v')
  t.equal(store.get('k'), null)
  t.same(
    [10, 20, 30].map((time) => store.get('k', time)?.value),
    ['y', 'x', undefined],
  )
  t.same(
    [...store.history('k')],
    [
      { value: 'y', timestamp: 10, validTo: 20 },
      { value: 'x', timestamp: 20, validTo: 30 },
    ],
  )
})

t.test('with a grace, records wait until the table has had time; late ones do not', async (t) => {
  const inputs: Input[] = [
    ['orders', 'k', 'a', 10],
    ['prices', 'k', 'p', 9],
    ['orders', 'k', 'b', 20],
    ['orders', 'k', 'late', 12],
  ]
  t.same(run(joined({ name: 'j', graceMs: 5 }), inputs), ['k=a-p@10', 'k=late-p@12'])
})

t.test('safe: a left join with grace lets records without key pass; as Java does it, it fails', async (t) => {
  const inputs: Input[] = [['orders', null, 'a', 10]]
  t.same(run(joined({ graceMs: 5 }), inputs), ['null=a-null@10'])
  t.throws(() => run(joined({ graceMs: 5 }), inputs, { compatibility: 'java' }), { code: 'STREAMS_NULL_KEY' })
})

t.test('safe: what waits is still waiting after a restore, and what is late is what was late before', async (t) => {
  const topology = joined({ name: 'j', graceMs: 5 }).build()
  const restarted = (compatibility: 'safe' | 'java'): string[] => {
    using first = new TopologyTestDriver(topology, { compatibility })
    pipe(first, [
      ['prices', 'k', 'p', 0],
      ['orders', 'k', 'a', 10],
      ['orders', 'k', 'b', 10],
    ])
    using second = new TopologyTestDriver(topology, { compatibility, changelogs: first.produced() })
    pipe(second, [
      ['orders', 'k', 'c', 10],
      ['orders', 'k', 'd', 20],
    ])
    return shown(second)
  }
  t.same(restarted('safe'), ['k=a-p@10', 'k=b-p@10', 'k=c-p@10'])
  t.same(restarted('java'), ['k=c-p@10', 'k=d-p@20'], 'Java forgets what waited, and makes nothing wait any more')
})

t.test('safe: a record that waited and then fails does so once', async (t) => {
  const builder = new StreamsBuilder()
  const calls: string[] = []
  const joiner = (order: string): string => {
    calls.push(order)
    if (order === 'bad') throw new Error('bad')
    return order
  }
  builder
    .stream(orders)
    .leftJoin(builder.table(prices, { store: versions('v') }), joiner, { graceMs: 5 })
    .to(out)
  const inputs: Input[] = [
    ['orders', 'k', 'bad', 10],
    ['orders', 'k', 'good', 11],
    ['orders', 'k', 'x', 20],
    ['orders', 'k', 'y', 30],
  ]
  const processingHandler = (): 'continue' => 'continue'
  t.same(run(builder, inputs, { processingHandler }), ['k=good@11', 'k=x@20'])
  t.same(calls, ['bad', 'good', 'x'])
  t.same(run(builder, inputs, { processingHandler, compatibility: 'java' }), [], 'Java fails with it again and again')
})

t.test('safe: a deletion at the time of the latest value is kept, also over a restore', async (t) => {
  const builder = new StreamsBuilder()
  builder.table(prices, { store: versions('v', 20) })
  const topology = builder.build()
  const latest = (compatibility: 'safe' | 'java', inputs: readonly Input[]): (string | undefined)[] => {
    using first = new TopologyTestDriver(topology, { compatibility })
    pipe(first, inputs)
    using second = new TopologyTestDriver(topology, { compatibility, changelogs: first.produced() })
    return [first, second].map((driver) => driver.stateStore<VersionedKeyValueStore<string, string>>('v').get('k')?.value)
  }
  const sameTime: Input[] = [
    ['prices', 'k', 'x', 20],
    ['prices', 'k', null, 20],
    ['prices', 'k', 'older', 10],
  ]
  t.same(latest('safe', sameTime), [undefined, undefined])
  t.same(latest('java', sameTime), ['older', 'older'])
  const longAgo: Input[] = [
    ['prices', 'k', null, 10],
    ['prices', 'k', 'older', 8],
    ['prices', 'other', 'x', 100_000],
  ]
  t.same(latest('safe', longAgo), [undefined, undefined])
  t.same(latest('java', longAgo), [undefined, 'older'])
})

t.test('what cannot be versioned, or must be, is refused when the topology is built', async (t) => {
  const builder = new StreamsBuilder()
  // @ts-expect-error - Types refuse it first.
  t.throws(() => builder.globalTable(prices, { store: versions('g') }), { code: 'STREAMS_GLOBAL_TABLE_VERSIONED' })
  const plain = builder.table(prices)
  const joiner = (left: string, right: string): string => left + right
  t.throws(() => builder.stream(orders).join(plain, joiner, { graceMs: 5 }).to(out) ?? builder.build(), {
    code: 'STREAMS_TABLE_NOT_VERSIONED',
  })
  t.throws(() => joined({ graceMs: 101 }).build(), {
    code: 'STREAMS_HISTORY_TOO_SHORT',
    facts: { store: 'v', historyRetentionMs: 100, graceMs: 101 },
  })
  t.throws(() => joined({ graceMs: -1 }), TypeError)
  t.throws(() => versions('v', -1), TypeError)
  t.throws(() => versionedKeyValueStore('v', { historyRetentionMs: 1, segmentIntervalMs: 0 }), TypeError)
})
