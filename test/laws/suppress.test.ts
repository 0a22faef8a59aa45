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
  type Windowed,
} from 'millrace'
import { TopologyTestDriver } from 'millrace/testing'
import t from 'tap'
import { runs } from './runs.ts'

const words = topic('words', { key: Serdes.string, value: Serdes.string })
const updates = topic('updates', { key: Serdes.string, value: Serdes.string })
const final = topic('final', { key: Serdes.string, value: Serdes.string })

type Input = readonly [key: string, word: string, timestamp: number]

const input: fc.Arbitrary<Input> = fc.tuple(fc.constantFrom('a', 'b'), fc.constantFrom('x', 'y', '-'), fc.nat(60))
const inputs = fc.array(input, { maxLength: 25 })
const settings = fc.record({
  sizeMs: fc.integer({ min: 1, max: 15 }),
  graceMs: fc.nat(15),
  cacheMaxBytes: fc.constantFrom(0, 1e6),
})

/** A dash deletes what there is of the window. */
const join = (all: string, word: string): string | null => (word === '-' ? null : all + word)
const serdes = { key: Serdes.string, value: Serdes.string }

function drive(builder: StreamsBuilder, records: readonly Input[], cacheMaxBytes: number): TopologyTestDriver {
  const driver = new TopologyTestDriver(builder.build(), { cacheMaxBytes })
  const input = driver.createInputTopic(words)
  for (const [key, value, timestamp] of records) input.pipeInput({ key, value, timestamp })
  return driver
}

function toTopic(table: KTable<Windowed<string>, string>, name: typeof final): void {
  table
    .toStream()
    .map((value, { key, startMs, endMs }) => ({ key: `${key}@${startMs}/${endMs}`, value: value ?? '-' }))
    .to(name)
}

/** Everything that came before has closed by then. */
const last: Input = ['last', 'x', 1000]

/** What a batch would compute that knows for each record, and nothing else, whether its windows were still open when it came. */
function recomputed(records: readonly Input[], sizeMs: number, advanceMs: number, graceMs: number): Map<string, string> {
  const windows = new Map<string, string>()
  for (const [index, [key, word, timestamp]] of records.entries()) {
    const streamTime = Math.max(...records.slice(0, index + 1).map(([, , time]) => time))
    for (let startMs = 0; startMs <= timestamp; startMs += advanceMs) {
      const window = `${key}@${startMs}/${startMs + sizeMs}`
      if (timestamp >= startMs + sizeMs || startMs + sizeMs <= streamTime - graceMs) continue
      windows.set(window, join(windows.get(window) ?? '', word) ?? '')
      if (word === '-') windows.delete(window)
    }
  }
  return windows
}

const sorted = (rows: Iterable<readonly [string, string]>): (readonly [string, string])[] =>
  [...rows].sort(([left], [right]) => (left < right ? -1 : 1))

t.test('final results are those that a batch computes, one for each window', async () => {
  const law = fc.property(
    inputs,
    settings,
    fc.integer({ min: 1, max: 15 }),
    (records, { sizeMs, graceMs, cacheMaxBytes }, advance) => {
      const advanceMs = Math.min(advance, sizeMs)
      const builder = new StreamsBuilder()
      const windowed = builder.stream(words).groupByKey().windowedBy(TimeWindows.of({ sizeMs, advanceMs, graceMs }))
      toTopic(windowed.aggregate(() => '', join, serdes).suppress(Suppressed.untilWindowCloses()), final)
      using driver = drive(builder, [...records, last], cacheMaxBytes)
      const results = driver.createOutputTopic(final).readRecords()
      deepEqual(sorted(results.map(({ key, value }) => [key, value])), sorted(recomputed(records, sizeMs, advanceMs, graceMs)))
    },
  )
  fc.assert(law, runs(200))
})

const tables: Readonly<
  Record<string, (builder: StreamsBuilder, lengthMs: number, graceMs: number) => KTable<Windowed<string>, string>>
> = {
  'time windows': (builder, sizeMs, graceMs) =>
    builder
      .stream(words)
      .groupByKey()
      .windowedBy(TimeWindows.of({ sizeMs, graceMs }))
      .aggregate(() => '', join, serdes),
  'sliding windows': (builder, differenceMs, graceMs) =>
    builder
      .stream(words)
      .groupByKey()
      .windowedBy(SlidingWindows.of({ differenceMs, graceMs }))
      .aggregate(() => '', join, serdes),
  sessions: (builder, gapMs, graceMs) =>
    builder
      .stream(words)
      .groupByKey()
      .windowedBy(SessionWindows.of({ gapMs, graceMs }))
      .aggregate(
        () => '',
        join,
        (left, right) => left + right,
        serdes,
      ),
  'a cogroup': (builder, sizeMs, graceMs) =>
    builder
      .stream(words)
      .groupByKey()
      .cogroup(join)
      .windowedBy(TimeWindows.of({ sizeMs, graceMs }))
      .aggregate(() => '', serdes),
}

for (const [name, tableOf] of Object.entries(tables))
  t.test(`the final result of ${name} is the last update`, async () => {
    const law = fc.property(inputs, settings, (records, { sizeMs, graceMs, cacheMaxBytes }) => {
      const builder = new StreamsBuilder()
      const table = tableOf(builder, sizeMs, graceMs)
      toTopic(table, updates)
      toTopic(table.suppress(Suppressed.untilWindowCloses()), final)
      using driver = drive(builder, [...records, last], cacheMaxBytes)
      const all = driver.createOutputTopic(updates).readRecords()
      const newest = new Map(all.map(({ key, value, timestamp }) => [key, [value, timestamp]] as const))
      const expected = [...newest].filter(([key, [value]]) => value !== '-' && !key.startsWith('last'))
      const actual = driver.createOutputTopic(final).readRecords()
      deepEqual(
        actual.map(({ key, value, timestamp }) => `${key}=${value}@${timestamp}`).sort(),
        expected.map(([key, [value, timestamp]]) => `${key}=${value}@${timestamp}`).sort(),
      )
    })
    fc.assert(law, runs(200))
  })

interface Waiting {
  readonly key: string
  readonly sinceMs: number
  readonly value: string | null
  readonly timestamp: number
}

/** A buffer as a list: who came first goes first, when its time is over or there are too many. */
function held(records: readonly (readonly [string, string | null, number])[], limitMs: number, maxRecords: number): string[] {
  const out: string[] = []
  let waiting: Waiting[] = []
  let streamTime = -1
  const emit = ({ key, value, timestamp }: Waiting): number => out.push(`${key}=${value}@${timestamp}`)
  for (const [key, value, timestamp] of records) {
    streamTime = Math.max(streamTime, timestamp)
    const before = waiting.find((each) => each.key === key)
    const update = { key, value, timestamp, sinceMs: before?.sinceMs ?? timestamp }
    waiting = [...waiting.filter((each) => each !== before), update]
    waiting.sort((left, right) => left.sinceMs - right.sinceMs || (left.key < right.key ? -1 : 1))
    while (waiting.length > 0 && waiting[0]!.sinceMs <= streamTime - limitMs) emit(waiting.shift()!)
    while (waiting.length > maxRecords) emit(waiting.shift()!)
  }
  return out
}

const update = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.option(fc.constantFrom('x', 'y')), fc.nat(40))

t.test('a limit of time, and of records, holds back as a list does', async () => {
  const law = fc.property(
    fc.array(update, { maxLength: 30 }),
    fc.nat(20),
    fc.integer({ min: 0, max: 4 }),
    (records, limitMs, maxRecords) => {
      const builder = new StreamsBuilder()
      builder.table(words).suppress(Suppressed.untilTimeLimit(limitMs, { maxRecords })).toStream().to(final)
      using driver = drive(builder, records as readonly Input[], 0)
      const results = driver.createOutputTopic(final).readRecords()
      deepEqual(
        results.map(({ key, value, timestamp }) => `${key}=${value}@${timestamp}`),
        held(records, limitMs, maxRecords),
      )
    },
  )
  fc.assert(law, runs(200))
})

t.test('a grouping of a suppressed table is that of the rows that went on', async () => {
  const law = fc.property(
    fc.array(update, { maxLength: 30 }),
    fc.nat(20),
    fc.constantFrom(0, 1e6),
    (records, limitMs, cacheMaxBytes) => {
      const builder = new StreamsBuilder()
      const suppressed = builder.table(words).suppress(Suppressed.untilTimeLimit(limitMs))
      suppressed.toStream().to(final)
      const counts = topic('counts', { key: Serdes.string, value: Serdes.long })
      suppressed
        .groupBy((word) => ({ key: word, value: word }), serdes)
        .count()
        .toStream()
        .to(counts)
      using driver = drive(builder, records as readonly Input[], cacheMaxBytes)
      const rows = new Map(
        driver
          .createOutputTopic(final)
          .readRecords()
          .map(({ key, value }) => [key, value as string | null]),
      )
      const counted = new Map(
        driver
          .createOutputTopic(counts)
          .readRecords()
          .map(({ key, value }) => [key, value as number]),
      )
      for (const [word, count] of counted) deepEqual(count, [...rows.values()].filter((each) => each === word).length)
    },
  )
  fc.assert(law, runs(200))
})
