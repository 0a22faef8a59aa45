import t from 'tap'
import {
  Serdes,
  SlidingWindows,
  StreamsBuilder,
  Suppressed,
  TimeWindows,
  topic,
  versionedKeyValueStore,
  type KTable,
} from '../../lib/index.ts'
import { TopologyTestDriver, type TopologyTestDriverConfig } from '../../lib/testing.ts'

const words = topic('words', { key: Serdes.string, value: Serdes.string })
const out = topic('out', { key: Serdes.string, value: Serdes.string })

type Input = readonly [key: string, value: string | null, timestamp: number]

/** What comes out of a table made of `words`, as `key=value@timestamp`. */
function run(
  inputs: readonly Input[],
  change: (table: KTable<string, string>, builder: StreamsBuilder) => KTable<string, string>,
  config: TopologyTestDriverConfig = {},
) {
  const builder = new StreamsBuilder()
  change(builder.table(words), builder).toStream().to(out)
  const driver = new TopologyTestDriver(builder.build(), { cacheMaxBytes: 0, ...config })
  const input = driver.createInputTopic(words)
  const pipe = (more: readonly Input[]): string[] => {
    for (const [key, value, timestamp] of more) input.pipeInput({ key, value: value as string, timestamp })
    const records = driver.createOutputTopic(out).readRecords()
    return records.map(({ key, value, timestamp }) => `${key}=${value}@${timestamp}`)
  }
  return { driver, pipe, rows: pipe(inputs) }
}

t.test('final results: one for each window, when it has closed, and no deletions', async (t) => {
  const builder = new StreamsBuilder()
  builder
    .stream(words)
    .groupByKey()
    .windowedBy(TimeWindows.of({ sizeMs: 10, graceMs: 2 }))
    .reduce((joined, word) => (word === 'x' ? null : joined + word))
    .suppress(Suppressed.untilWindowCloses({ maxRecords: 9 }), { name: 'final' })
    .toStream()
    .selectKey((_, { key, startMs }) => `${key}@${startMs}`)
    .to(out)
  using driver = new TopologyTestDriver(builder.build())
  const input = driver.createInputTopic(words)
  for (const [key, value, timestamp] of [
    ['k', 'a', 1],
    ['gone', 'a', 2],
    ['gone', 'x', 3],
    ['k', 'b', 11],
    ['k', 'c', 9],
    ['k', 'd', 12],
    ['k', 'late', 9],
  ] as const)
    input.pipeInput({ key, value, timestamp })
  const records = driver.createOutputTopic(out).readRecords()
  t.strictSame(
    records.map(({ key, value, timestamp }) => `${key}=${value}@${timestamp}`),
    ['k@0=ac@9'],
  )
  t.ok(driver.stateStore('final-store'))
})

t.test(
  'a window that its end belongs to is final when that has passed; in Java a record at that time makes another result',
  async (t) => {
    const finalResults = (compatibility: 'safe' | 'java') => {
      const builder = new StreamsBuilder()
      builder
        .stream(words)
        .groupByKey()
        .windowedBy(SlidingWindows.of({ differenceMs: 10 }))
        .count()
        .suppress(Suppressed.untilWindowCloses())
        .toStream()
        .map((count, { key, endMs }) => ({ key: `${key}-${endMs}`, value: String(count) }))
        .to(out)
      using driver = new TopologyTestDriver(builder.build(), { compatibility })
      const input = driver.createInputTopic(words)
      for (const timestamp of [10, 10, 11]) input.pipeInput({ key: 'k', value: 'v', timestamp })
      return driver
        .createOutputTopic(out)
        .readRecords()
        .map(({ key, value }) => `${key}=${value}`)
    }
    t.strictSame(finalResults('safe'), ['k-10=2'])
    t.strictSame(finalResults('java'), ['k-10=1', 'k-10=2', 'k-11=3'])
  },
)

t.test('a limit of time holds back all but the newest; stream time must have passed it', async (t) => {
  const { rows } = run(
    [
      ['k', 'a', 0],
      ['j', 'a', 1],
      ['k', 'b', 2],
      ['j', null, 5],
    ],
    (table) => table.suppress(Suppressed.untilTimeLimit(5)),
  )
  t.strictSame(rows, ['k=b@2'])
})

t.test('a full buffer gives up the oldest, or ends the processing', async (t) => {
  const inputs: Input[] = [
    ['a', '1', 0],
    ['b', '2', 1],
    ['a', '3', 2],
    ['c', '4', 3],
  ]
  const { rows } = run(inputs, (table) => table.suppress(Suppressed.untilTimeLimit(99, { maxRecords: 2 })))
  t.strictSame(rows, ['a=3@2'])
  const bytes = run(inputs, (table) => table.suppress(Suppressed.untilTimeLimit(99, { maxBytes: 0 })))
  t.equal(bytes.rows.length, 4)
  const strict = Suppressed.untilTimeLimit(99, { maxRecords: 2, whenFull: 'shut-down' })
  t.throws(() => run(inputs, (table) => table.suppress(strict, { name: 'held' })), {
    code: 'STREAMS_BUFFER_FULL',
    message: /held buffer exceeded its max capacity. Currently \[3\/2\] records and \[\d+\/9223372036854775807\] bytes\./,
    facts: { store: 'held-store', count: 3, maxRecords: 2 },
  })
})

t.test(
  'a grouping below sees each row that went on, and no other; in Java those that were held back are taken out',
  async (t) => {
    const inputs: Input[] = [
      ['k', 'a', 1],
      ['k', 'b', 2],
      ['j', 'x', 9],
      ['k', 'c', 10],
      ['k', 'd', 11],
      ['j', 'y', 30],
    ]
    const group = (table: KTable<string, string>): KTable<string, string> =>
      table
        .suppress(Suppressed.untilTimeLimit(5))
        .groupBy((value) => ({ key: value, value }), { name: 'by-value', key: Serdes.string, value: Serdes.string })
        .count()
        .mapValues(String)
    const { rows } = run(inputs, group)
    t.strictSame(rows, ['b=1@2', 'y=1@30', 'b=0@11', 'd=1@11'])
    const java = run(inputs, group, { compatibility: 'java' })
    t.notOk(java.rows.includes('b=0@11'), 'the row b is counted for ever')
  },
)

t.test('what is held back does not show in joins with the table', async (t) => {
  const inputs: Input[] = [
    ['k', 'a', 0],
    ['other', 'z', 20],
    ['k', 'b', 21],
  ]
  const { rows } = run(inputs, (table) => {
    const suppressed = table.suppress(Suppressed.untilTimeLimit(5))
    return table.join(suppressed, (now, shown) => `${now}, shown ${shown}`, { value: Serdes.string })
  })
  t.strictSame(rows, ['k=a, shown a@0', 'k=b, shown a@21'])
})

t.test('caches are emptied before buffers are logged', async (t) => {
  const held = (table: KTable<string, string>): KTable<string, string> =>
    table.filter(() => true, { store: 'kept' }).suppress(Suppressed.untilTimeLimit(99), { name: 'held' })
  const { driver } = run([['k', 'a', 0]], held, { cacheMaxBytes: 1_000_000 })
  t.equal(driver.produced().filter((record) => record.topic.endsWith('-held-store-changelog')).length, 1)
})

t.test('what a driver held back comes out of the next one, restored from the changelog', async (t) => {
  const held = (table: KTable<string, string>): KTable<string, string> => table.suppress(Suppressed.untilTimeLimit(50))
  const first = run([['k', 'a', 0]], held)
  first.driver.close()
  const second = run([['j', 'b', 50]], held, { changelogs: first.driver.produced() })
  t.strictSame(second.rows, ['k=a@0'])
  const unlogged = (table: KTable<string, string>): KTable<string, string> =>
    table.suppress(Suppressed.untilTimeLimit(50, { changelog: 'disabled' }))
  t.strictSame(run([['j', 'b', 50]], unlogged, { changelogs: first.driver.produced() }).rows, [])
})

t.test('metrics say what is held back, and what went on', async (t) => {
  const { driver } = run(
    [
      ['k', 'a', 0],
      ['j', 'b', 9],
    ],
    (table) => table.suppress(Suppressed.untilTimeLimit(5), { name: 'held' }),
  )
  const value = (name: string) =>
    driver
      .metrics()
      .find((metric) => metric.name === name)
      ?.value()
  t.strictSame(['suppression-emit', 'suppression-buffer-count'].map(value), [1, 1])
  t.ok(Number(value('suppression-buffer-size')) > 0)
})

t.test('windows close only where there are some, and tables with versions are not held back', (t) => {
  const builder = new StreamsBuilder()
  const table = builder.table(words) as unknown as KTable<{ key: string; startMs: number; endMs: number }, string>
  t.throws(() => table.suppress(Suppressed.untilWindowCloses()), { code: 'STREAMS_NOT_WINDOWED' })
  const versioned = versionedKeyValueStore('versioned', { key: Serdes.string, value: Serdes.string, historyRetentionMs: 99 })
  builder.table(topic('other', words), { store: versioned }).suppress(Suppressed.untilTimeLimit(1))
  t.throws(() => builder.build(), { code: 'STREAMS_VERSIONED_TABLE' })
  t.throws(() => Suppressed.untilTimeLimit(-1), TypeError)
  t.throws(() => Suppressed.untilTimeLimit(1, { maxRecords: 0.5 }), TypeError)
  t.end()
})
