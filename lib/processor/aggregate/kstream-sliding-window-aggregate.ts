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
  /** Length of each window; both ends are included. */
  readonly differenceMs: number
  /** How long after its end a window still takes late records. */
  readonly graceMs: number
}

export interface KStreamSlidingWindowAggregateOptions<K, V, A> {
  /** A timestamped window store. */
  readonly storeName: string
  readonly windows: SlidingWindowsOptions
  /** Length of the windows, as a store says that Java's supplier made with a wrong one; `java` takes it for that of windows it finds. */
  readonly suppliedDifferenceMs?: number | undefined
  /** Null deletes the window. */
  readonly fold: Fold<K, V, A>
  readonly oldValues: OldValues
  readonly emit: EmitStrategy
}

/** The record at work. */
type Input<K, V> = StreamRecord<K, V>

/** What the windows that were there before tell of those that a record still needs. */
interface Neighbours<A> {
  /** Starts of the windows that were seen. */
  readonly startsMs: Set<number>
  /** Time of the newest record before this one. */
  previousMs: number | undefined
  /** Of the newest window that ends before the record: what the window that ends with it begins with. */
  left: A | undefined
  /** Of the newest window that holds the record, before it did: what the window behind it holds. Undefined: no such window. */
  right: ValueAndTimestamp<A> | null | undefined
  hasLeftWindow: boolean
  hasRightWindow: boolean
}

/**
 * Aggregates by key and sliding window (KIP-450, Java: `KStreamSlidingWindowAggregate`).
 *
 * - Each record has a *left* window `[t − difference, t]` that ends with it, and a *right* one `[t + 1, t + 1 + difference]` that begins
 *   behind it, as soon as there is a record to be in it. No other windows are kept, and none without records.
 * - A window's stored timestamp is that of its newest record: this tells where the neighbours of a record are.
 * - Windows cannot begin before the epoch: records earlier than the difference share the window `[0, difference]`.
 * - Windows are updated from the newest to the oldest, then new ones are made. Java also has a way from old to new, for stores that
 *   cannot be read backwards; all stores here can.
 * - Records without key or value are dropped; a record, or a window of it, that is too late counts as dropped.
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

  /** Undefined where a record of the same time has been there: then all windows are. */
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
   * Whether the record is in the window behind the one before it, and that is another than its own left window, from `startMs` on. Java
   * makes that window twice where it is the same, so that, without a cache, a grouping below adds it twice; `java` copies that.
   */
  #isBehind(previousMs: number, startMs: number): boolean {
    return this.#context.compatibility === 'java' ? previousMs + 1 >= startMs : previousMs + 1 > startMs
  }

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
    // Without a window between them, what is newer than the record and in the combined window is behind the record.
    if (found.right === undefined) found.right = combined
    if (!found.hasRightWindow) this.#createRightWindow(record, found.right)
    if (combined !== undefined && combined.timestamp < timestamp && !found.startsMs.has(combined.timestamp + 1))
      this.#create(combined.timestamp + 1, this.#initial(), record)
    if (combined === undefined) this.#create(0, this.#initial(), record)
    else this.#update(0, combined, record)
  }

  /** What a window holds behind the record; null: nothing. A copy of its own: the aggregator may change the other one in place. */
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

/** A window closes behind its end, which belongs to it. */
function closingSlidingWindows<K, A>(store: WindowAggregateStore<K, A>, differenceMs: number): ClosingWindows<K, A> {
  return {
    lastClosedMs: (closeTime) => closeTime - differenceMs - 1,
    firstOpenMs: (closeTime) => Math.max(0, closeTime - differenceMs),
    fetch: (fromMs, toMs) => store.fetchAll(fromMs, toMs),
    keepFrom: (startMs) => store.keepFrom(startMs),
  }
}
