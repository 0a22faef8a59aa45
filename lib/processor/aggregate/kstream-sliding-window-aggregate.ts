import type { Change } from '../../model/change.ts'
import type { EmitStrategy } from '../../model/emit-strategy.ts'
import type { StreamRecord } from '../../model/stream-record.ts'
import type { ValueAndTimestamp } from '../../model/value-and-timestamp.ts'
import { windowed, type Windowed } from '../../model/windowed.ts'
import { foldFromInitial, type Fold, type FoldFromInitial } from './fold.ts'
import { internal, type InternalProcessorContext } from '../internal-processor-context.ts'
import { aggregationTime, resumeTime, type AggregationTime } from './aggregation-time.ts'
import { phantomOldValue } from './kstream-aggregate.ts'
import type { WindowAggregateStore } from './kstream-window-aggregate.ts'
import { timestamped } from '../table/ktable-value-getter.ts'
import { lambdaResult } from '../lambda-result.ts'
import type { Processor, ProcessorContext } from '../processor.ts'
import { closedWindow, noKeyOrValue } from '../skip-reasons.ts'
import type { OldValues } from '../table/timestamped-tuple-forwarder.ts'
import type { ClosingWindows } from './window-close-emitter.ts'
import { WindowResults } from './window-results.ts'

interface SlidingWindowsOptions {
  /** The length of each window. Both ends belong to the window. */
  readonly differenceMs: number
  /** The time after its end for which a window still takes late records. */
  readonly graceMs: number
}

export interface KStreamSlidingWindowAggregateOptions<K, V, A> {
  /** A timestamped window store. */
  readonly storeName: string
  readonly windows: SlidingWindowsOptions
  /**
   * The window size of a store that is given as a value. It may differ from `differenceMs`. `java` uses it as the length of the
   * windows that are already in the store.
   */
  readonly suppliedDifferenceMs?: number | undefined
  /** Null deletes the window. */
  readonly fold: Fold<K, V, A>
  readonly oldValues: OldValues
  readonly emit: EmitStrategy
}

/** The record that is processed: it has a key and a value. */
type Input<K, V> = StreamRecord<K, V>

/** The facts about the existing windows of a key that decide which windows a new record still needs. */
interface Neighbours<A> {
  /** The starts of the windows that were found. */
  readonly startsMs: Set<number>
  /** The timestamp of the newest record before the new one. */
  previousMs: number | undefined
  /** The aggregate of the newest window that ends before the new record. The left window of the record starts from it. */
  left: A | undefined
  /**
   * The value, before the update, of the newest window that holds the new record. The right window of the record starts from it.
   * Undefined: there is no such window.
   */
  right: ValueAndTimestamp<A> | null | undefined
  hasLeftWindow: boolean
  hasRightWindow: boolean
}

/**
 * Aggregates by key and sliding window (KIP-450, Java: `KStreamSlidingWindowAggregate`).
 *
 * - Each record at time t has a *left* window `[t − difference, t]`, which ends with it. It also has a *right* window
 *   `[t + 1, t + 1 + difference]`, which begins just behind it, as soon as another record falls into that window. There are no other windows.
 * - The stored timestamp of a window is that of its newest record. By these timestamps the operator finds the neighbours of a record.
 * - Windows cannot begin before the epoch. All records with a timestamp below the difference share the window `[0, difference]`.
 * - Existing windows are updated from the newest to the oldest, then new ones are made. For stores that cannot be read backwards Java goes
 *   from the oldest to the newest; here all stores can be read backwards.
 * - Records without key or value are dropped. A late record counts as dropped once if it is too late for all its windows, else once for each
 *   window that is closed already.
 */
export class KStreamSlidingWindowAggregate<K, V, A> implements Processor<K | null, V | null, Windowed<K>, Change<A>> {
  readonly #options: KStreamSlidingWindowAggregateOptions<K, V, A>
  readonly #fold: FoldFromInitial<K, V, A>
  readonly #differenceMs: number
  #foundDifferenceMs = 0
  #context!: InternalProcessorContext<Windowed<K>, Change<A>>
  #store!: WindowAggregateStore<K, A>
  #results!: WindowResults<K, A>
  #time!: AggregationTime
  #closeTime = -1

  constructor(options: KStreamSlidingWindowAggregateOptions<K, V, A>) {
    this.#options = options
    this.#fold = foldFromInitial(options.fold)
    this.#differenceMs = options.windows.differenceMs
  }

  init(context: ProcessorContext<Windowed<K>, Change<A>>): void {
    const store = context.stateStore<WindowAggregateStore<K, A>>(this.#options.storeName)
    this.#store = store
    this.#context = internal(context)
    this.#time = aggregationTime(this.#context, this.#options.storeName)
    const closing = closingSlidingWindows(store, this.#differenceMs)
    const { suppliedDifferenceMs = this.#differenceMs } = this.#options
    this.#foundDifferenceMs = this.#context.compatibility === 'java' ? suppliedDifferenceMs : this.#differenceMs
    this.#results = new WindowResults(this.#context, { ...this.#options, store, closing })
    if (this.#context.compatibility === 'safe')
      resumeTime(this.#time, this.#results.emittedUntilMs, this.#options.windows.graceMs)
  }

  process(record: StreamRecord<K | null, V | null>): void {
    if (record.key === null || record.value === null) return this.#context.drop(noKeyOrValue(record.key))
    const { timestamp } = record
    this.#time.streamTimeMs = Math.max(this.#time.streamTimeMs, timestamp)
    this.#closeTime = this.#time.streamTimeMs - this.#options.windows.graceMs
    if (timestamp + this.#differenceMs < this.#closeTime) return this.#dropLate(timestamp, timestamp + this.#differenceMs)
    const input = record as Input<K, V>
    if (timestamp < this.#differenceMs) return this.#processEarly(input)
    const neighbours = this.#updateWindows(input)
    if (neighbours !== undefined) this.#createWindows(input, neighbours)
    this.#results.processed(this.#closeTime, record)
  }

  /**
   * Updates the existing windows of the record. Returns undefined if there is another record at the same time: then no new
   * windows are needed.
   */
  #updateWindows(record: Input<K, V>): Neighbours<A> | undefined {
    const { key, timestamp } = record
    const found = noNeighbours<A>()
    const fromMs = Math.max(0, timestamp - 2 * this.#differenceMs)
    for (const { startMs, value } of this.#store.backwardFetch(key, fromMs, timestamp + 1)) {
      found.startsMs.add(startMs)
      const endMs = startMs + this.#differenceMs
      if (startMs === timestamp + 1) found.hasRightWindow = true
      else if (endMs > timestamp) {
        if (found.right === undefined) found.right = this.#behind(record, startMs, value)
        this.#update(startMs, value, record)
      } else if (endMs === timestamp) {
        found.hasLeftWindow = true
        this.#update(startMs, value, record)
        if (value.timestamp >= timestamp) return undefined
        found.previousMs = value.timestamp
      } else {
        found.left = value.value
        found.previousMs = value.timestamp
        break
      }
    }
    return found
  }

  #createWindows(record: Input<K, V>, { startsMs, previousMs, left, right, hasLeftWindow, hasRightWindow }: Neighbours<A>): void {
    const { timestamp } = record
    const startMs = timestamp - this.#differenceMs
    if (previousMs !== undefined && !startsMs.has(previousMs + 1) && this.#isBehind(previousMs, startMs))
      this.#create(previousMs + 1, this.#initial(), record)
    if (!hasLeftWindow) {
      this.#create(startMs, previousMs !== undefined && startMs <= previousMs ? left! : this.#initial(), record)
    }
    if (!hasRightWindow) this.#createRightWindow(record, right)
  }

  /**
   * Whether the right window of the previous record must be made: the record is in it, and it is not also the record's own left
   * window, which starts at `startMs`. Java makes a window that is both twice. Without a cache Java forwards it twice, and a
   * grouping downstream adds it twice. `java` copies that.
   */
  #isBehind(previousMs: number, startMs: number): boolean {
    return this.#context.compatibility === 'java' ? previousMs + 1 >= startMs : previousMs + 1 > startMs
  }

  /** Processes a record whose left window would begin before the epoch. The combined window is `[0, difference]`. */
  #processEarly(record: Input<K, V>): void {
    const { key, timestamp } = record
    const found = noNeighbours<A>()
    let combined: ValueAndTimestamp<A> | undefined
    for (const { startMs, value } of this.#store.fetch(key, 0, timestamp + 1)) {
      found.startsMs.add(startMs)
      if (startMs === 0) combined = value
      else if (startMs === timestamp + 1) found.hasRightWindow = true
      else {
        found.right = this.#behind(record, startMs, value)
        this.#update(startMs, value, record)
      }
    }
    // Without a window between, the combined window has the same newer records as the new record's right window.
    if (found.right === undefined && combined !== undefined) found.right = this.#behind(record, 0, combined)
    if (!found.hasRightWindow) this.#createRightWindow(record, found.right)
    if (combined !== undefined && combined.timestamp < timestamp && !found.startsMs.has(combined.timestamp + 1))
      this.#create(combined.timestamp + 1, this.#initial(), record)
    if (combined === undefined) this.#create(0, this.#initial(), record)
    else this.#update(0, combined, record)
  }

  /**
   * Returns the value of a window if it has records that are newer than the new one, else null. The value is read again, because
   * the aggregator may change `value` in place.
   */
  #behind({ key, timestamp }: Input<K, V>, startMs: number, value: ValueAndTimestamp<A>): ValueAndTimestamp<A> | null {
    return value.timestamp > timestamp ? this.#store.fetchOne(key, startMs) : null
  }

  #createRightWindow(record: Input<K, V>, behind: ValueAndTimestamp<A> | null | undefined): void {
    if (behind === undefined || behind === null || behind.timestamp <= record.timestamp) return
    const startMs = record.timestamp + 1
    const window = this.#window(record.key, startMs, this.#differenceMs)
    this.#store.put(record.key, behind, startMs)
    this.#results.updated(window, behind.value, null, behind.timestamp, record)
  }

  #create(startMs: number, aggregate: A | null, record: Input<K, V>): void {
    const window = this.#window(record.key, startMs, this.#differenceMs)
    this.#put(window, aggregate, record, record.timestamp, phantomOldValue(aggregate, this.#context))
  }

  #update(startMs: number, old: ValueAndTimestamp<A>, record: Input<K, V>): void {
    const stored = this.#results.sendsOldValues ? this.#store.fetchOne(record.key, startMs) : null
    const window = this.#window(record.key, startMs, this.#foundDifferenceMs)
    this.#put(window, old.value, record, Math.max(record.timestamp, old.timestamp), stored?.value ?? null)
  }

  #put(window: Windowed<K>, old: A | null, record: Input<K, V>, timestamp: number, oldValue: A | null): void {
    const { key, value } = record
    if (window.endMs < this.#closeTime) return this.#dropLate(window.startMs, window.endMs)
    const aggregate = lambdaResult(this.#fold.aggregator(old, value, key), 'aggregator', this.#context.nodeName)
    this.#store.put(key, timestamped(aggregate, timestamp), window.startMs)
    this.#results.updated(window, aggregate, oldValue, timestamp, record)
  }

  #dropLate(windowStartMs: number, windowEndMs: number): void {
    const { graceMs } = this.#options.windows
    this.#context.drop(closedWindow, { windowStartMs, windowEndMs, graceMs, streamTimeMs: this.#time.streamTimeMs })
  }

  #window(key: K, startMs: number, differenceMs: number): Windowed<K> {
    if (differenceMs === 0 && this.#context.compatibility === 'java')
      throw new TypeError('Java has no windows without length: give sliding windows a differenceMs of at least 1.')
    return windowed(key, startMs, startMs + differenceMs)
  }

  #initial(): A | null {
    return lambdaResult(this.#fold.initializer(), 'initializer', this.#context.nodeName)
  }
}

function noNeighbours<A>(): Neighbours<A> {
  return {
    startsMs: new Set(),
    previousMs: undefined,
    left: undefined,
    right: undefined,
    hasLeftWindow: false,
    hasRightWindow: false,
  }
}

/** A sliding window closes when stream time has passed its end + grace, because the end belongs to the window. */
function closingSlidingWindows<K, A>(store: WindowAggregateStore<K, A>, differenceMs: number): ClosingWindows<K, A> {
  return {
    lastClosedMs: (closeTime) => closeTime - differenceMs - 1,
    firstOpenMs: (closeTime) => Math.max(0, closeTime - differenceMs),
    fetch: (fromMs, toMs) => store.fetchAll(fromMs, toMs),
    keepFrom: (startMs) => store.keepFrom(startMs),
  }
}
