import fc from 'fast-check'
import t from 'tap'
import { nullable, partitionForKey, Serdes, SlidingWindows, StreamsBuilder, TimeWindows, topic, UnlimitedWindows } from 'millrace'
import type { EmitStrategy, KTable, Windowed } from 'millrace'
import { TopologyTestDriver, type TopologyTestDriverConfig } from 'millrace/testing'
import { timeWindowedSerde } from '../../lib/serde/windowed-serdes.ts'
import { runs } from './runs.ts'

// Windows, computed once more from what they are: a model of loops over all records, without stores and without engine.

interface Input {
  readonly key: string
  readonly value: string
  readonly timestamp: number
  /** How far the wall clock moves before it, in ms. */
  readonly afterMs?: number
}

type TimeShape = { readonly kind: 'time'; readonly sizeMs: number; readonly advanceMs: number; readonly graceMs: number }
type SlidingShape = { readonly kind: 'sliding'; readonly differenceMs: number; readonly graceMs: number }
type UnlimitedShape = { readonly kind: 'unlimited'; readonly startMs: number }
type Shape = TimeShape | SlidingShape | UnlimitedShape

/** Values by `key@start`. */
type Table = Readonly<Record<string, string>>

const input = topic('in', { key: Serdes.string, value: Serdes.string })
const output = topic('out', { key: timeWindowedSerde(Serdes.string, 1), value: nullable(Serdes.string) })

// The engine.

/** Letters in the order of the alphabet: the order of records in a window does not count. */
const addLetter = (letters: string, letter: string): string => [...letters, letter].sort().join('')

function topologyOf({ kind, ...windows }: Shape, emit: EmitStrategy) {
  const builder = new StreamsBuilder()
  const grouped = builder.stream(input).groupByKey()
  const options = { store: 'agg', value: Serdes.string }
  const table: KTable<Windowed<string>, string> = kind === 'unlimited'
    ? grouped.windowedBy(UnlimitedWindows.of(windows as Omit<UnlimitedShape, 'kind'>)).aggregate(() => '', addLetter, options)
    : kind === 'sliding'
      ? grouped
          .windowedBy(SlidingWindows.of(windows as Omit<SlidingShape, 'kind'>))
          .emitStrategy(emit)
          .aggregate(() => '', addLetter, options)
      : grouped
          .windowedBy(TimeWindows.of(windows as Omit<TimeShape, 'kind'>))
          .emitStrategy(emit)
          .aggregate(() => '', addLetter, options)
  table.toStream().to(output)
  return builder.build()
}

interface Run {
  readonly shape: Shape
  readonly inputs: readonly Input[]
  readonly emit?: EmitStrategy
  readonly config?: TopologyTestDriverConfig
  /** Of the wall clock, before each record that does not say, in ms. */
  readonly stepMs?: number
}

/** What came out, in order: `[key@start, value]`. */
function outputs({ shape, inputs, emit = 'on-window-update', config = {}, stepMs = 0 }: Run): [string, string][] {
  using driver = new TopologyTestDriver(topologyOf(shape, emit), { initialWallClockMs: 0, ...config })
  const piped = driver.createInputTopic(input)
  for (const { afterMs = stepMs, ...record } of inputs) {
    driver.advanceWallClockTime(afterMs)
    piped.pipeInput(record)
  }
  const records = driver.createOutputTopic(output).readRecords()
  return records.map(({ key, value }) => [`${key.key}@${key.startMs}`, value ?? ''])
}

const tableOf = (rows: readonly [string, string][]): Table => sorted(Object.fromEntries(rows))

function sorted(table: Table): Table {
  return Object.fromEntries(Object.entries(table).sort(([left], [right]) => (left < right ? -1 : 1)))
}

// The model.

interface ModelWindow {
  readonly startMs: number
  /** The first time at which the window takes no records any more. */
  readonly closesMs: number
}

/** All windows that a record belongs to. */
function windowsOf(shape: TimeShape | UnlimitedShape, timestamp: number): ModelWindow[] {
  if (shape.kind === 'unlimited') return timestamp < shape.startMs ? [] : [{ startMs: shape.startMs, closesMs: Infinity }]
  const windows: ModelWindow[] = []
  const first = Math.floor(Math.max(0, timestamp - shape.sizeMs) / shape.advanceMs) * shape.advanceMs
  for (let startMs = first; startMs <= timestamp; startMs += shape.advanceMs)
    if (timestamp < startMs + shape.sizeMs) windows.push({ startMs, closesMs: startMs + shape.sizeMs + shape.graceMs })
  return windows
}

/** Each record is in each of its windows, unless the window had closed when it came. */
function modelOfTime(shape: TimeShape | UnlimitedShape, inputs: readonly Input[]): Table {
  const table: Record<string, string> = {}
  let streamTime = -1
  for (const { key, value, timestamp } of inputs) {
    streamTime = Math.max(streamTime, timestamp)
    for (const { startMs, closesMs } of windowsOf(shape, timestamp))
      if (closesMs > streamTime) table[`${key}@${startMs}`] = addLetter(table[`${key}@${startMs}`] ?? '', value)
  }
  return sorted(table)
}

/**
 * One window ends with each record, one begins behind it if there is a record in it; what would begin before the epoch begins there.
 * A record that is so late that no window can have it, is in none.
 */
function modelOfSliding(shape: SlidingShape, inputs: readonly Input[]): Table {
  const { differenceMs } = shape
  const table: Record<string, string> = {}
  const kept = latenesses(shape, inputs).flatMap(({ input: each, lateness }) => (lateness === 'too late' ? [] : [each]))
  for (const { key, timestamp } of kept)
    for (const startMs of [Math.max(0, timestamp - differenceMs), timestamp + 1]) {
      const inside = kept.filter((each) => each.key === key && isWithin(each.timestamp, startMs, differenceMs))
      const letters = inside.map(({ value }) => value)
      if (letters.length > 0) table[`${key}@${startMs}`] = letters.sort().join('')
    }
  return sorted(table)
}

/** `too late`: no sliding window is open that could hold the record. `late`: only some are. */
function latenesses({ differenceMs, graceMs }: SlidingShape, inputs: readonly Input[]) {
  let streamTime = -1
  return inputs.map((each) => {
    streamTime = Math.max(streamTime, each.timestamp)
    const byMs = streamTime - graceMs - each.timestamp
    return { input: each, lateness: byMs <= 0 ? 'in time' : byMs <= differenceMs ? 'late' : 'too late' }
  })
}

/**
 * What Kafka's sliding windows know how to count: a record that only its later windows take leaves no window that ends with it, so that
 * a window made afterwards does not know of it. Such records are left out.
 */
function countable(shape: Shape, inputs: readonly Input[]): Input[] {
  if (shape.kind !== 'sliding') return [...inputs]
  return latenesses(shape, inputs).flatMap(({ input: each, lateness }) => (lateness === 'late' ? [] : [each]))
}

function isWithin(timestamp: number, startMs: number, differenceMs: number): boolean {
  return timestamp >= startMs && timestamp <= startMs + differenceMs
}

function modelOf(shape: Shape, inputs: readonly Input[]): Table {
  return shape.kind === 'sliding' ? modelOfSliding(shape, inputs) : modelOfTime(shape, inputs)
}

/** When a window of the table has closed, and so is emitted. */
function closesMs(shape: TimeShape | SlidingShape, startMs: number): number {
  return shape.kind === 'time' ? startMs + shape.sizeMs + shape.graceMs : startMs + shape.differenceMs + shape.graceMs + 1
}

// What is tried.

const span = 60
const letter = fc.constantFrom(...'abcdefgh')
const record = fc.record({ key: fc.constantFrom('k', 'kk', 'l'), value: letter, timestamp: fc.integer({ min: 0, max: span }) })
const records = fc.array(record, { maxLength: 25 })
/** Now and then time makes a jump of days. */
const jumping = fc.array(
  fc.tuple(record, fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(200_000_000) })),
  { maxLength: 25 },
)

const grace = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 30 }))
const timeShape = fc
  .tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }), grace)
  .map(([sizeMs, advance, graceMs]): TimeShape => ({ kind: 'time', sizeMs, advanceMs: Math.min(sizeMs, advance), graceMs }))
const unlimitedShape = fc.integer({ min: 0, max: 10 }).map((startMs): UnlimitedShape => ({ kind: 'unlimited', startMs }))
const slidingShape = fc
  .tuple(fc.integer({ min: 0, max: 20 }), grace)
  .map(([differenceMs, graceMs]): SlidingShape => ({ kind: 'sliding', differenceMs, graceMs }))
const config = fc.record({
  defaultStoreMedium: fc.constantFrom('memory' as const, 'disk' as const),
  cacheMaxBytes: fc.constantFrom(0, 10_000_000),
})

const same = (left: unknown, right: unknown): boolean => {
  const [one, other] = [JSON.stringify(left), JSON.stringify(right)]
  if (one !== other) throw new Error(`${one}\nis not\n${other}`)
  return true
}

t.test('law: windowed aggregates are what the records say, in whatever order they come', async () => {
  const shapes = fc.oneof(timeShape, slidingShape, unlimitedShape)
  fc.assert(
    fc.property(shapes, records, config, (shape, arrived, how) => {
      const inputs = countable(shape, arrived)
      return same(tableOf(outputs({ shape, inputs, config: how })), modelOf(shape, inputs))
    }),
    runs(300),
  )
})

t.test('law: emitted on close, each window comes once, when it has closed, with its last value', async () => {
  const throttle = fc.record({ emitIntervalMs: fc.constantFrom(0, 1, 10), stepMs: fc.integer({ min: 0, max: 5 }) })
  const shapes = fc.oneof(timeShape, slidingShape)
  const property = fc.property(shapes, jumping, config, throttle, (shape, steps, how, { emitIntervalMs, stepMs }) => {
    const inputs = countable(shape, inTime(steps))
    const streamTime = Math.max(0, ...inputs.map(({ timestamp }) => timestamp))
    // The throttle lets the last record pass, whatever it did before.
    const all = [...inputs, { key: 'last', value: 'z', timestamp: streamTime, afterMs: emitIntervalMs }]
    const emitted = outputs({ shape, inputs: all, emit: 'on-window-close', config: { ...how, emitIntervalMs }, stepMs })
    const isClosed = ([window]: [string, string]): boolean => closesMs(shape, Number(window.split('@')[1])) <= streamTime
    return same(emitted.toSorted(byWindow), Object.entries(modelOf(shape, all)).filter(isClosed))
  })
  fc.assert(property, runs(300))
})

/** Time goes on from where it has jumped to. */
function inTime(steps: readonly (readonly [Input, number])[]): Input[] {
  let passed = 0
  return steps.map(([each, jump]) => {
    passed += jump
    return { ...each, timestamp: each.timestamp + passed }
  })
}

const byWindow = ([left]: [string, string], [right]: [string, string]): number => (left < right ? -1 : 1)

// Partitions.

/** What each key got, in order. */
function byKey(rows: readonly (readonly [string, unknown])[]): Record<string, unknown[]> {
  const keys: Record<string, unknown[]> = {}
  for (const [key, value] of rows) (keys[key] ??= []).push(value)
  return Object.fromEntries(Object.entries(keys).sort(([left], [right]) => (left < right ? -1 : 1)))
}

t.test(
  'law: with nothing late, tables of windows are the same in any number of partitions, and so is what each window goes through',
  async () => {
    const shapes = fc.oneof(timeShape, slidingShape, unlimitedShape)
    const emits = fc.constantFrom<EmitStrategy>('on-window-update', 'on-window-close')
    const property = fc.property(
      shapes,
      records,
      config,
      fc.integer({ min: 2, max: 4 }),
      emits,
      (shape, unsorted, how, partitions, emit) => {
        const inputs = unsorted.toSorted((left, right) => left.timestamp - right.timestamp)
        if (emit === 'on-window-update' || shape.kind === 'unlimited') {
          const of = (count: number) => byKey(outputs({ shape, inputs, config: { ...how, partitions: count } }))
          return same(of(partitions), of(1))
        }
        // A window closes when its own partition sees the time pass: each gets a last record, far away.
        const ends = keysOf(partitions).map((key) => ({ key, value: 'z', timestamp: 1_000_000 }))
        const of = (count: number): unknown =>
          byKey(outputs({ shape, inputs: [...inputs, ...ends], emit, config: { ...how, partitions: count } }))
        return same(of(partitions), of(1))
      },
    )
    fc.assert(property, runs(300))
  },
)

/** One key of its own for each partition. */
function keysOf(partitions: number): string[] {
  const keys = new Map<number, string>()
  for (let index = 0; keys.size < partitions; index++)
    keys.set(partitionForKey(Buffer.from(`end${index}`), partitions), `end${index}`)
  return [...keys.values()]
}

t.test('law: a chain that keeps keys gives each key the same sequence in any number of partitions', async () => {
  const strings = topic('strings', { key: Serdes.string, value: Serdes.string })
  const builder = new StreamsBuilder()
  const chain = builder
    .stream(input)
    .filter((value) => value !== 'a')
    .mapValues((value, key) => `${key}${value}`)
    .flatMapValues((value) => [value, value.toUpperCase()])
  chain
    .repartition({ name: 'again', key: Serdes.string, value: Serdes.string })
    .groupByKey()
    .reduce((all, value) => (all + value).slice(-8), { value: Serdes.string })
    .toStream()
    .mapValues((value) => String(value))
    .merge(chain)
    .to(strings)
  const topology = builder.build()
  const run = (inputs: readonly Input[], partitions: number): unknown => {
    using driver = new TopologyTestDriver(topology, { partitions })
    const piped = driver.createInputTopic(input)
    for (const each of inputs) piped.pipeInput(each)
    return byKey(
      driver
        .createOutputTopic(strings)
        .readRecords()
        .map(({ key, value }) => [key, value] as const),
    )
  }
  fc.assert(
    fc.property(records, fc.integer({ min: 2, max: 4 }), (inputs, partitions) => same(run(inputs, partitions), run(inputs, 1))),
    runs(200),
  )
})
