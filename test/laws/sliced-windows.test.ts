import { deepEqual } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { nullable, Serdes, StreamsBuilder, Suppressed, TimeWindows, topic } from 'millrace'
import type { EmitStrategy, KTable, Windowed } from 'millrace'
import { TopologyTestDriver, type ProducedRecord, type TopologyTestDriverConfig } from 'millrace/testing'
import { timeWindowedSerde } from '../../lib/serde/windowed-serdes.ts'
import type { WindowStateStore } from '../../lib/state/window/window-state-store.ts'
import { PacedTask, type PacedTaskOptions, type Written } from './paced-task.ts'
import { runs } from './runs.ts'

// Windows that are kept as slices, and windows with a row each: whatever comes, nobody can tell one from the other.

type Fold = 'count' | 'reduce' | 'aggregate'

interface Shape {
  readonly sizeMs: number
  readonly advanceMs: number
  readonly graceMs: number
  readonly longerMs: number
  readonly emit: EmitStrategy
  readonly fold: Fold
}

const input = topic('in', { key: Serdes.string, value: Serdes.string })
const output = topic('out', { key: timeWindowedSerde(Serdes.string, 1), value: nullable(Serdes.string) })

/** Changes its argument, as folds may. */
function addLetter(letters: string[], letter: string): string[] {
  letters.push(letter)
  return letters.sort()
}

function addLetters(left: string[], right: string[]): string[] {
  left.push(...right)
  return left.sort()
}

const largest = (left: string, right: string): string => (left > right ? left : right)

function windowedBy({ sizeMs, advanceMs, graceMs, emit }: Shape, builder: StreamsBuilder) {
  const windows = TimeWindows.of({ sizeMs, advanceMs, graceMs })
  return builder.stream(input).groupByKey().windowedBy(windows).emitStrategy(emit)
}

function countsOf(shape: Shape, form: 'slices' | 'rows', builder: StreamsBuilder): KTable<Windowed<string>, number> {
  const rows = { name: 'agg', retentionMs: shape.sizeMs + shape.graceMs + shape.longerMs }
  const windowed = windowedBy(shape, builder)
  return form === 'slices' ? windowed.count({ store: { ...rows, slices: true } }) : windowed.count({ store: rows })
}

function tableOf(shape: Shape, form: 'slices' | 'rows', builder: StreamsBuilder): KTable<Windowed<string>, unknown> {
  if (shape.fold === 'count') return countsOf(shape, form, builder)
  const windowed = windowedBy(shape, builder)
  const rows = { name: 'agg', retentionMs: shape.sizeMs + shape.graceMs + shape.longerMs }
  const slices = { ...rows, slices: true } as const
  const value = Serdes.json<string[]>()
  if (shape.fold === 'reduce')
    return form === 'slices'
      ? windowed.reduce(largest, { store: slices, associative: true })
      : windowed.reduce(largest, { store: rows })
  return form === 'slices'
    ? windowed.aggregate((): string[] => [], addLetter, { store: slices, merger: addLetters, value })
    : windowed.aggregate((): string[] => [], addLetter, { store: rows, value })
}

function topologyOf(shape: Shape, form: 'slices' | 'rows') {
  const builder = new StreamsBuilder()
  const texts = tableOf(shape, form, builder)
    .toStream()
    .mapValues((value) => JSON.stringify(value))
  texts.to(output)
  return builder.build()
}

interface Input {
  readonly key: string
  readonly value: string
  readonly timestamp: number
  /** How far the wall clock moves before it. */
  readonly afterMs: number
}

type WindowStore = Pick<
  WindowStateStore<string, unknown>,
  | 'all'
  | 'backwardAll'
  | 'fetchAll'
  | 'backwardFetchAll'
  | 'fetchRange'
  | 'backwardFetchRange'
  | 'fetch'
  | 'backwardFetch'
  | 'fetchOne'
>

/** One form of the windows, in an application that is restarted now and then. */
class Subject {
  readonly #shape: Shape
  readonly #topology: ReturnType<typeof topologyOf>
  readonly #config: TopologyTestDriverConfig
  readonly #changelog: ProducedRecord[] = []
  #driver: TopologyTestDriver

  constructor(shape: Shape, form: 'slices' | 'rows', config: TopologyTestDriverConfig) {
    this.#shape = shape
    this.#topology = topologyOf(shape, form)
    this.#config = { initialWallClockMs: 0, ...config }
    this.#driver = new TopologyTestDriver(this.#topology, this.#config)
  }

  pipe({ afterMs, ...record }: Input): unknown {
    this.#driver.advanceWallClockTime(afterMs)
    const headers = [{ key: 'of', value: Buffer.from(`${record.key}${record.timestamp}`) }]
    this.#driver.createInputTopic(input).pipeInput({ ...record, headers })
    const dropped = this.#driver.metrics().find(({ name }) => name === 'dropped-records-total')?.value
    return [this.#driver.createOutputTopic(output).readRecords(), dropped]
  }

  /** Memory is gone: the store is restored from its changelog. */
  restart(): void {
    this.#changelog.push(...this.#driver.produced().filter(({ topic: name }) => name.endsWith('-changelog')))
    this.#driver.close()
    this.#driver = new TopologyTestDriver(this.#topology, { ...this.#config, changelogs: this.#changelog })
  }

  /** What queries see. With rows on disk that are emitted on update, windows come by segments: there the order is that of keys. */
  show(key: string, fromMs: number, toMs: number): unknown {
    const store = this.#driver.stateStore<WindowStore>('agg')
    const isBySegment = this.#config.defaultStoreMedium === 'disk' && this.#shape.emit === 'on-window-update'
    const inOrder = (rows: Iterable<unknown>): unknown => {
      const texts = [...rows].map((row) => JSON.stringify(row))
      return isBySegment ? texts.sort() : texts
    }
    return [
      inOrder(store.all()),
      inOrder(store.backwardAll()),
      inOrder(store.fetchAll(fromMs, toMs)),
      inOrder(store.backwardFetchAll(fromMs, toMs)),
      inOrder(store.fetchRange(key, null, fromMs, toMs)),
      inOrder(store.backwardFetchRange(null, key, fromMs, toMs)),
      [...store.fetch(key, fromMs, toMs)],
      [...store.backwardFetch(key, fromMs, toMs)],
      store.fetchOne(key, fromMs),
    ]
  }

  close(): void {
    this.#driver.close()
  }
}

const key = fc.constantFrom('k', 'kk', 'l')
const letter = fc.constantFrom(...'abcdefgh')
/** Time goes on, goes back, and jumps now and then. */
const stepMs = fc.oneof(
  { weight: 10, arbitrary: fc.integer({ min: -30, max: 30 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 300_000 }) },
)
const step = fc.oneof(
  { weight: 12, arbitrary: fc.record({ key, value: letter, stepMs, afterMs: fc.constantFrom(0, 0, 5) }) },
  { weight: 2, arbitrary: fc.record({ key, fromMs: fc.integer({ min: 0, max: 100 }), lengthMs: fc.nat(60) }) },
  { weight: 1, arbitrary: fc.constant('restart' as const) },
)
const shape = fc
  .record({
    sizeMs: fc.integer({ min: 2, max: 30 }),
    advance: fc.integer({ min: 1, max: 29 }),
    graceMs: fc.oneof(fc.constant(0), fc.nat(40)),
    longerMs: fc.constantFrom(0, 50),
    emit: fc.constantFrom<EmitStrategy>('on-window-update', 'on-window-close'),
    fold: fc.constantFrom<Fold>('count', 'reduce', 'aggregate'),
  })
  .map(({ advance, ...rest }): Shape => ({ ...rest, advanceMs: Math.min(advance, rest.sizeMs - 1) }))
const config = fc.record({
  defaultStoreMedium: fc.constantFrom('memory' as const, 'disk' as const),
  cacheMaxBytes: fc.constantFrom(0, 10_000_000),
  emitIntervalMs: fc.constantFrom(0, 5),
})

t.test(
  'law: windows kept as slices are those with a row each: what is emitted, and when, what is dropped, what queries see',
  async () => {
    const law = fc.property(shape, config, fc.array(step, { maxLength: 40, size: 'max' }), (windows, how, steps) => {
      const [slices, rows] = [new Subject(windows, 'slices', how), new Subject(windows, 'rows', how)]
      let timestamp = 0
      let newestMs = 0
      // After a restart the operator takes what the store has forgotten. With rows it forwards a window of that record alone.
      let wasRestarted = false
      try {
        for (const each of steps) {
          if (each === 'restart') {
            slices.restart()
            rows.restart()
            wasRestarted = true
          } else if ('fromMs' in each) {
            const fromMs = Math.max(0, timestamp + each.fromMs - 50)
            deepEqual(slices.show(each.key, fromMs, fromMs + each.lengthMs), rows.show(each.key, fromMs, fromMs + each.lengthMs))
          } else {
            timestamp = Math.max(0, wasRestarted ? newestMs - windows.graceMs : 0, timestamp + each.stepMs)
            newestMs = Math.max(newestMs, timestamp)
            const record = { key: each.key, value: each.value, timestamp, afterMs: each.afterMs }
            deepEqual(slices.pipe(record), rows.pipe(record))
          }
        }
      } finally {
        slices.close()
        rows.close()
      }
    })
    fc.assert(law, runs(150))
  },
)

// Between two commits caches hold back what they can.

const sums = topic('sums', { key: Serdes.string, value: nullable(Serdes.string) })

/** Counts, and their sum over all windows of a key, which needs the old value of each window. */
function heldBack(shape: Shape, form: 'slices' | 'rows', last: 'suppressed' | 'updates') {
  const builder = new StreamsBuilder()
  const counts = countsOf(shape, form, builder)
  const shown = last === 'suppressed' ? counts.suppress(Suppressed.untilWindowCloses()) : counts
  shown
    .toStream()
    .map((count, { key, startMs }) => ({ key: `${key}@${startMs}`, value: String(count) }))
    .to(sums)
  counts
    .groupBy((value, { key }) => ({ key, value }), { name: 'by-key', key: Serdes.string, value: Serdes.long })
    .reduce(
      (sum, count) => sum + count,
      (sum, count) => sum - count,
    )
    .toStream()
    .mapValues((sum) => String(sum))
    .to(sums)
  return builder.build()
}

type Held = { readonly key: string; readonly stepMs: number } | 'commit' | 'abort' | 'crash'

/** The last record of each key. */
function lastOf(written: readonly Written[]): Record<string, unknown> {
  const last: Record<string, unknown> = {}
  for (const { key: of, value, timestamp } of written) last[of] = { value, timestamp }
  return Object.fromEntries(Object.entries(last).sort(([left], [right]) => (left < right ? -1 : 1)))
}

t.test('law: held back by caches, aborted, crashed: slices and rows come to the same', async () => {
  const held = fc.oneof(
    { weight: 12, arbitrary: fc.record({ key, stepMs }) },
    { weight: 3, arbitrary: fc.constantFrom<Held>('commit', 'commit', 'abort', 'crash') },
  )
  const options: fc.Arbitrary<PacedTaskOptions> = fc.record({
    cacheMaxBytes: fc.constantFrom(0, 2_000, 10_000_000),
    medium: fc.constantFrom('memory', 'disk'),
    processingGuarantee: fc.constant('exactly_once_v2'),
  })
  const last = fc.constantFrom('suppressed' as const, 'updates' as const)
  const law = fc.property(shape, options, last, fc.array(held, { maxLength: 40, size: 'max' }), (windows, how, shown, steps) => {
    const tasks = (['slices', 'rows'] as const).map(
      (form) => new PacedTask(heldBack(windows, form, windows.emit === 'on-window-close' ? 'updates' : shown), how),
    )
    const isRestarted = steps.some((each) => each === 'abort' || each === 'crash')
    let [timestamp, newestMs] = [0, 0]
    for (const each of steps) {
      if (typeof each === 'string') {
        for (const task of tasks) task[each]()
        continue
      }
      timestamp = Math.max(0, isRestarted ? newestMs - windows.graceMs : 0, timestamp + each.stepMs)
      newestMs = Math.max(newestMs, timestamp)
      for (const task of tasks) task.pipe({ topic: 'in', key: each.key, value: 'a', timestamp })
    }
    const [slices, rows] = tasks.map((task) => lastOf(task.settled('sums')))
    deepEqual(slices, rows)
  })
  fc.assert(law, runs(150))
})
