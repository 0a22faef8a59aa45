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
  type KStream,
  type KTable,
  type Windowed,
} from 'millrace'
import t from 'tap'
import { PacedTask, type PacedTaskOptions, type Written } from './paced-task.ts'
import { runs } from './runs.ts'

// As `windows-at-their-end`, for what is made of windows: by one stream or by two, folded, deleted, grouped, suppressed.

const serdes = { key: Serdes.string, value: Serdes.string }
const one = topic('one', serdes)
const two = topic('two', serdes)
const out = topic('out', serdes)

interface Lengths {
  readonly lengthMs: number
  readonly advanceMs: number
  readonly graceMs: number
}

type Table = KTable<Windowed<string>, string>
type Fold = (all: string, value: string) => string | null

/** In whatever order: which record was first does not count. A dash deletes. */
const addLetter = (all: string | null, letter: string): string => [...(all ?? ''), ...letter].toSorted().join('')
const addOrDelete = (all: string, letter: string): string | null => (letter === '-' ? null : addLetter(all, letter))

const streams: Readonly<Record<string, (builder: StreamsBuilder, lengths: Lengths, fold: Fold) => Table>> = {
  'tumbling windows': (builder, { lengthMs: sizeMs, graceMs }, fold) =>
    grouped(builder)
      .windowedBy(TimeWindows.of({ sizeMs, graceMs }))
      .aggregate(() => '', fold, serdes),
  'hopping windows': (builder, { lengthMs: sizeMs, advanceMs, graceMs }, fold) =>
    grouped(builder)
      .windowedBy(TimeWindows.of({ sizeMs, advanceMs, graceMs }))
      .aggregate(() => '', fold, serdes),
  'sliding windows': (builder, { lengthMs: differenceMs, graceMs }, fold) =>
    grouped(builder)
      .windowedBy(SlidingWindows.of({ differenceMs, graceMs }))
      .aggregate(() => '', fold, serdes),
  sessions: (builder, { lengthMs: gapMs, graceMs }, fold) =>
    grouped(builder)
      .windowedBy(SessionWindows.of({ gapMs, graceMs }))
      .aggregate(() => '', fold, addLetter, serdes),
}

const cogroups: Readonly<Record<string, (builder: StreamsBuilder, lengths: Lengths) => Table>> = {
  'tumbling windows': (builder, { lengthMs: sizeMs, graceMs }) =>
    cogrouped(builder)
      .windowedBy(TimeWindows.of({ sizeMs, graceMs }))
      .aggregate(() => '', serdes),
  'hopping windows': (builder, { lengthMs: sizeMs, advanceMs, graceMs }) =>
    cogrouped(builder)
      .windowedBy(TimeWindows.of({ sizeMs, advanceMs, graceMs }))
      .aggregate(() => '', serdes),
  'sliding windows': (builder, { lengthMs: differenceMs, graceMs }) =>
    cogrouped(builder)
      .windowedBy(SlidingWindows.of({ differenceMs, graceMs }))
      .aggregate(() => '', serdes),
  sessions: (builder, { lengthMs: gapMs, graceMs }) =>
    cogrouped(builder)
      .windowedBy(SessionWindows.of({ gapMs, graceMs }))
      .aggregate(() => '', addLetter, serdes),
}

function grouped(builder: StreamsBuilder) {
  return builder.stream(one).groupByKey(serdes)
}

function cogrouped(builder: StreamsBuilder) {
  return grouped(builder).cogroup(addLetter).cogroup(builder.stream(two).groupByKey(serdes), addLetter)
}

interface Shape {
  /** Writes the table's changes to `out`. */
  readonly build: (builder: StreamsBuilder, lengths: Lengths) => void
  /** The last value of each key; or all, because each comes once. */
  readonly compares: 'last' | 'all'
}

function shapesOf(name: string): Readonly<Record<string, Shape>> {
  const deleting = (builder: StreamsBuilder, lengths: Lengths) => streams[name]!(builder, lengths, addOrDelete)
  const adding = (builder: StreamsBuilder, lengths: Lengths) => streams[name]!(builder, lengths, addLetter)
  return {
    'with values that are deleted': {
      build: (builder, lengths) => toOut(deleting(builder, lengths).toStream()),
      compares: 'last',
    },
    'with values that are deleted, suppressed': {
      build: (builder, lengths) => toOut(deleting(builder, lengths).suppress(Suppressed.untilWindowCloses()).toStream()),
      compares: 'all',
    },
    'filtered and mapped': {
      build: (builder, lengths) =>
        toOut(
          deleting(builder, lengths)
            .mapValues((value) => `${value}!`)
            .filter((value) => value.length !== 3)
            .toStream(),
        ),
      compares: 'last',
    },
    'grouped by value': {
      build: (builder, lengths) =>
        toOut(
          adding(builder, lengths)
            .groupBy((value) => ({ key: value, value }), serdes)
            .aggregate(
              () => '',
              (all) => `${all}1`,
              (all) => all.slice(1) || null,
              serdes,
            )
            .toStream(),
        ),
      compares: 'last',
    },
    'of a cogroup': { build: (builder, lengths) => toOut(cogroups[name]!(builder, lengths).toStream()), compares: 'last' },
    'of a cogroup, suppressed': {
      build: (builder, lengths) => toOut(cogroups[name]!(builder, lengths).suppress(Suppressed.untilWindowCloses()).toStream()),
      compares: 'all',
    },
  }
}

function toOut<K>(changes: KStream<K, string> | KStream<K, string | null>): void {
  const stream = changes as KStream<K, string | null>
  stream.map((value, key) => ({ key: JSON.stringify(key), value: value ?? 'null' })).to(out)
}

type Rows = readonly (readonly [string, string])[]

interface Way extends PacedTaskOptions {
  /** A commit after every so many records. */
  readonly commitEvery: number
}

function run({ build, compares }: Shape, lengths: Lengths, records: readonly Written[], { commitEvery, ...options }: Way): Rows {
  const builder = new StreamsBuilder()
  build(builder, lengths)
  const task = new PacedTask(builder.build(), options)
  for (const [at, record] of records.entries()) {
    task.pipe(record)
    if (at % commitEvery === commitEvery - 1) task.commit()
  }
  const rows = task.settled('out').map(({ key, value }) => [key, value!] as const)
  const ends = compares === 'all' ? rows : [...new Map(rows)].filter(([, value]) => value !== 'null')
  return ends.toSorted(([left], [right]) => (left < right ? -1 : 1))
}

const cases = fc
  .record({
    unitMs: fc.constantFrom(1, 1, 10_000),
    lengthMs: fc.integer({ min: 1, max: 5 }),
    advance: fc.integer({ min: 1, max: 5 }),
    graceMs: fc.nat(5),
    records: fc.array(
      fc.record({
        topic: fc.constantFrom('one', 'one', 'two'),
        key: fc.constantFrom('a', 'a', 'b'),
        value: fc.constantFrom('x', 'y', '-'),
        timestamp: fc.oneof(fc.nat(20), fc.nat(12)),
      }),
      { maxLength: 14 },
    ),
  })
  .map(({ unitMs, lengthMs, advance, graceMs, records }) => ({
    lengths: { lengthMs: lengthMs * unitMs, advanceMs: Math.min(advance, lengthMs) * unitMs, graceMs: graceMs * unitMs },
    records: [...records.map((each) => ({ ...each, timestamp: each.timestamp * unitMs })), ...ends],
  }))

/** By then everything is over. */
const ends: readonly Written[] = ['one', 'two'].map((name) => ({
  topic: name,
  key: 'last',
  value: 'z',
  timestamp: 1_000_000_000,
}))

const way: fc.Arbitrary<Way> = fc.record({
  medium: fc.constantFrom('memory', 'disk'),
  cacheMaxBytes: fc.constantFrom(0, 300, 1e6),
  commitEvery: fc.constantFrom(1, 2, 5, 100),
})

const plain: Way = { medium: 'memory', cacheMaxBytes: 0, commitEvery: 1 }

for (const name of Object.keys(streams))
  for (const [shape, each] of Object.entries(shapesOf(name)))
    t.test(`law: ${name} ${shape}: the same in the end with any cache, medium and commits`, async () => {
      const law = fc.property(cases, way, ({ lengths, records }, how) => {
        deepEqual(run(each, lengths, records, how), run(each, lengths, records, plain))
      })
      fc.assert(law, runs(60))
    })
