import { deepEqual } from 'node:assert/strict'
import fc from 'fast-check'
import {
  Serdes,
  SessionWindows,
  SlidingWindows,
  StreamsBuilder,
  Suppressed,
  TimeWindows,
  topic,
  type KTable,
  type Topology,
  type Windowed,
} from 'millrace'
import t from 'tap'
import { PacedTask, type PacedTaskOptions, type Written } from './paced-task.ts'
import { runs } from './runs.ts'

const serdes = { key: Serdes.string, value: Serdes.string }
const one = topic('one', serdes)
const two = topic('two', serdes)
const out = topic('out', serdes)

type AnyTable = KTable<string, string> | KTable<never, string>
const windows = { graceMs: 100 }
const sum = (all: string, value: string): string => String(Number(all) + value.length)
const join = (left: string | null, right: string | null): string => `${left}+${right}`
const grouped = (builder: StreamsBuilder) => builder.stream(one).groupByKey(serdes)

/**
 * Tables of every kind. What a repartition may bring in another order is folded by a sum; a group that is empty is none, since a cache
 * may never have shown it.
 */
const tables: Readonly<Record<string, (builder: StreamsBuilder) => AnyTable>> = {
  source: (builder) => builder.table(one),
  'filter and mapValues': (builder) =>
    builder
      .table(one)
      .filter((value) => value !== 'x', { store: 'kept' })
      .mapValues((value) => `${value}!`, { store: 'mapped', ...serdes }),
  count: (builder) =>
    grouped(builder)
      .count()
      .mapValues((count) => String(count)),
  reduce: (builder) => grouped(builder).reduce((all, value) => (value === 'x' ? null : all + value)),
  aggregate: (builder) =>
    grouped(builder).aggregate(
      () => '',
      (all, value) => (value === 'x' ? null : all + value),
      serdes,
    ),
  'time windows': (builder) =>
    grouped(builder)
      .windowedBy(TimeWindows.of({ sizeMs: 20, advanceMs: 10, ...windows }))
      .aggregate(
        () => '',
        (all, value) => all + value,
        serdes,
      ) as never,
  'sliding windows': (builder) =>
    grouped(builder)
      .windowedBy(SlidingWindows.of({ differenceMs: 10, ...windows }))
      .aggregate(
        () => '',
        (all, value) => all + value,
        serdes,
      ) as never,
  sessions: (builder) =>
    grouped(builder)
      .windowedBy(SessionWindows.of({ gapMs: 5, ...windows }))
      .aggregate(
        () => '',
        (all, value) => all + value,
        (left, right) => left + right,
        serdes,
      ) as never,
  'inner join': (builder) => builder.table(one).join(builder.table(two), join, { store: 'joined', ...serdes }),
  'left join': (builder) => builder.table(one).leftJoin(builder.table(two), join, { store: 'joined', ...serdes }),
  'outer join': (builder) => builder.table(one).outerJoin(builder.table(two), join, { store: 'joined', ...serdes }),
  'a join of joins': (builder) => {
    const [left, right] = [builder.table(one), builder.table(two)]
    return left.join(right, join, serdes).outerJoin(left, join, serdes)
  },
  'foreign-key join': (builder) =>
    builder.table(one).leftJoin(builder.table(two), (value) => value, join, { store: 'joined', ...serdes }),
  'grouped table': (builder) =>
    builder
      .table(one)
      .groupBy((value) => ({ key: value, value }), serdes)
      .aggregate(
        () => '0',
        sum,
        (all, value) => (Number(all) === value.length ? null : String(Number(all) - value.length)),
        serdes,
      ),
  'grouped join': (builder) =>
    builder
      .table(one)
      .join(builder.table(two), join, serdes)
      .groupBy((value) => ({ key: value, value }), serdes)
      .count()
      .filter((count) => count > 0)
      .mapValues((count) => String(count)),
  'grouped join without a store': (builder) =>
    builder
      .table(one)
      .outerJoin(
        builder.table(two).filter((value) => value !== 'y'),
        join,
      )
      .groupBy((value) => ({ key: value, value }), serdes)
      .count()
      .filter((count) => count > 0)
      .mapValues((count) => String(count)),
  'join of windows': (builder) => {
    const counted = (name: 'one' | 'two'): KTable<Windowed<string>, string> =>
      builder
        .stream(topic(name, serdes))
        .groupByKey(serdes)
        .windowedBy(TimeWindows.of({ sizeMs: 20, ...windows }))
        .reduce((all, value) => all + value, { store: { retentionMs: 10_000 } })
    return counted('one').join(counted('two'), join) as never
  },
  cogroup: (builder) =>
    grouped(builder)
      .cogroup((all: string, value) => (value === 'x' ? null : all + value))
      .cogroup(builder.stream(two).groupByKey(serdes), (all, value) => `${all}-${value}`)
      .aggregate(() => '', serdes),
  'cogroup of rekeyed streams': (builder) =>
    builder
      .stream(one)
      .groupBy((value) => value, { name: 'by-one', ...serdes })
      .cogroup(sum)
      .cogroup(
        builder.stream(two).groupBy((value) => value, { name: 'by-two', ...serdes }),
        sum,
      )
      .aggregate(() => '0', serdes),
  'suppressed table': (builder) => builder.table(one).suppress(Suppressed.untilTimeLimit(10)),
  'grouped suppressed table': (builder) =>
    builder
      .table(one)
      .suppress(Suppressed.untilTimeLimit(10, { maxRecords: 2 }))
      .groupBy((value) => ({ key: value, value }), serdes)
      .count()
      .filter((count) => count > 0)
      .mapValues((count) => String(count)),
  'final results': (builder) =>
    grouped(builder)
      .windowedBy(TimeWindows.of({ sizeMs: 10 }))
      .aggregate(
        () => '',
        (all, value) => all + value,
        serdes,
      )
      .suppress(Suppressed.untilWindowCloses()) as never,
}

function topology(tableOf: (builder: StreamsBuilder) => AnyTable): Topology {
  const builder = new StreamsBuilder()
  ;(tableOf(builder) as KTable<unknown, string>)
    .toStream()
    .map((value, key) => ({ key: JSON.stringify(key), value: value ?? 'null' }))
    .to(out)
  return builder.build()
}

type Step = Written | 'commit' | 'crash' | 'abort'

const record = fc.record({
  topic: fc.constantFrom('one', 'two'),
  key: fc.constantFrom('a', 'b', 'x', 'y'),
  value: fc.constantFrom('x', 'y', 'zz', 'a', null),
  timestamp: fc.nat(60),
})

const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: record },
    { weight: 2, arbitrary: fc.constant('commit' as const) },
    { weight: 1, arbitrary: fc.constant('crash' as const) },
    { weight: 1, arbitrary: fc.constant('abort' as const) },
  ),
  { maxLength: 30 },
)

/** A stream has no null here, and a record at the end lets go what waits for time. */
function inputs(written: readonly Step[], takesNull: boolean): Step[] {
  const closing: Written = { topic: 'one', key: 'last', value: 'last', timestamp: 1000 }
  const given = written.map((step) =>
    typeof step === 'string' || takesNull || step.value !== null ? step : { ...step, value: 'n' },
  )
  return [...given, closing]
}

/** Stream time does not survive a crash; where it does not go back, nobody notices. */
function inOrder(given: readonly Step[]): Step[] {
  let newest = 0
  return given.map((step) => {
    if (typeof step === 'string') return step
    newest = Math.max(newest, step.timestamp)
    return { ...step, timestamp: newest }
  })
}

function run(built: Topology, given: readonly Step[], options: PacedTaskOptions): readonly Written[] {
  const task = new PacedTask(built, options)
  for (const step of given)
    if (step === 'commit') task.commit()
    else if (step === 'crash') task.crash()
    else if (step === 'abort') task.abort()
    else task.pipe(step)
  return task.settled('out')
}

function finalTable(records: readonly Written[]): (readonly [string, string | null])[] {
  const rows = [...new Map(records.map(({ key, value }) => [key, value]))]
  return rows.filter(([, value]) => value !== 'null').sort(([left], [right]) => (left < right ? -1 : 1))
}

const fromStreams = new Set([
  'count',
  'reduce',
  'aggregate',
  'time windows',
  'sliding windows',
  'sessions',
  'join of windows',
  'cogroup',
])
const takesNull = (name: string): boolean =>
  !fromStreams.has(name) && name !== 'cogroup of rekeyed streams' && name !== 'final results'
const media = fc.constantFrom('memory' as const, 'disk' as const)

for (const [name, tableOf] of Object.entries(tables)) {
  t.test(`${name}: the final table is the same with a cache of any size and without`, async () => {
    const law = fc.property(steps, fc.constantFrom(200, 1e6), media, (written, cacheMaxBytes, medium) => {
      const given = inputs(written, takesNull(name)).filter((step) => step !== 'crash' && step !== 'abort')
      const [cached, uncached] = [cacheMaxBytes, 0].map((bytes) =>
        run(topology(tableOf), given, { cacheMaxBytes: bytes, medium }),
      )
      deepEqual(finalTable(cached!), finalTable(uncached!))
    })
    fc.assert(law, runs(50))
  })

  t.test(`${name}: a crash or an abort at any point, its transaction aborted, changes nothing`, async () => {
    const law = fc.property(steps, fc.constantFrom(0, 1e6), media, (written, cacheMaxBytes, medium) => {
      const given = inOrder(inputs(written, takesNull(name)))
      const options = { cacheMaxBytes, medium, processingGuarantee: 'exactly_once_v2' } as const
      const uncrashed = given.filter((step) => step !== 'crash' && step !== 'abort')
      deepEqual(run(topology(tableOf), given, options), run(topology(tableOf), uncrashed, options))
    })
    fc.assert(law, runs(50))
  })
}

t.test('two rows that are joined and go at once take their result with them; in Java it stays for ever', async (t) => {
  const row = (name: string, value: string | null): Written => ({ topic: name, key: 'a', value, timestamp: 0 })
  const given: Step[] = [row('one', 'x'), row('two', 'y'), 'commit', row('one', null), row('two', null)]
  const left = (compatibility: 'safe' | 'java') =>
    finalTable(run(topology(tables['inner join']!), given, { cacheMaxBytes: 1e6, medium: 'memory', compatibility }))
  t.strictSame(left('safe'), [])
  t.strictSame(left('java'), [['"a"', 'x+y']])
})

for (const kind of ['join', 'leftJoin'] as const)
  t.test(
    `foreign-key ${kind}: a deletion is answered though the row came and went meanwhile; in Java its result stays for ever`,
    async (t) => {
      const row = (name: string, key: string, value: string | null): Written => ({ topic: name, key, value, timestamp: 0 })
      const tableOf = (builder: StreamsBuilder): AnyTable =>
        kind === 'join'
          ? builder.table(one).join(builder.table(two), (value) => value, join, serdes)
          : builder.table(one).leftJoin(builder.table(two), (value) => value, join, serdes)
      const left = (compatibility: 'safe' | 'java') => {
        const task = new PacedTask(topology(tableOf), { cacheMaxBytes: 1e6, medium: 'memory', compatibility })
        task.pipe(row('two', 'x', 'X'))
        task.pipe(row('one', 'a', 'x'))
        t.strictSame(finalTable(task.settled('out')), [['"a"', 'x+X']])
        task.pipe(row('one', 'a', null))
        task.commit()
        // The answer to the deletion is read while the cache holds the next value of the row.
        task.commit([row('one', 'a', 'y')])
        task.pipe(row('one', 'a', null))
        return finalTable(task.settled('out'))
      }
      t.strictSame(left('safe'), [])
      t.strictSame(left('java'), [['"a"', 'x+X']])
    },
  )
