import type { Change } from '../../model/change.ts'
import type { EmitStrategy } from '../../model/emit-strategy.ts'
import type { StreamRecord } from '../../model/stream-record.ts'
import { windowed, type Windowed } from '../../model/windowed.ts'
import type { CachedStateStore } from '../../state/layers/flush-listener.ts'
import type { TimestampedWindowStore, UnemittedWindows } from '../../state/window/window-store.ts'
import { foldFromInitial, type Fold, type FoldFromInitial } from './fold.ts'
import { internal, type InternalProcessorContext } from '../internal-processor-context.ts'
import { aggregationTime, resumeTime, type AggregationTime } from './aggregation-time.ts'
import { phantomOldValue } from './kstream-aggregate.ts'
import { timestamped } from '../table/ktable-value-getter.ts'
import { lambdaResult } from '../lambda-result.ts'
import type { Processor, ProcessorContext } from '../processor.ts'
import { beforeUnlimitedWindow, closedWindow, noKeyOrValue } from '../skip-reasons.ts'
import type { OldValues } from '../table/timestamped-tuple-forwarder.ts'
import type { ClosingWindows } from './window-close-emitter.ts'
import { WindowResults } from './window-results.ts'

/** Tumbling windows (advance = size) or hopping ones (advance < size), aligned to the epoch; the end is exclusive. */
export interface TimeWindowsOptions {
  readonly sizeMs: number
  readonly advanceMs: number
  /** The time after its end for which a window still takes late records. */
  readonly graceMs: number
  /** The start of an unlimited window, whose size is infinite. */
  readonly startMs?: number
}

/**
 * Returns the start of the first window that contains the timestamp. The others start at every advance from there, up to the
 * timestamp.
 */
export function firstWindowStart(timestamp: number, { sizeMs, advanceMs, startMs = 0 }: TimeWindowsOptions): number {
  if (sizeMs === Infinity) return startMs
  return Math.floor(Math.max(0, timestamp - sizeMs + advanceMs) / advanceMs) * advanceMs
}

export interface KStreamWindowAggregateOptions<K, V, A> {
  /** A timestamped window store. */
  readonly storeName: string
  readonly windows: TimeWindowsOptions
  readonly fold: Fold<K, V, A>
  readonly oldValues: OldValues
  readonly emit: EmitStrategy
}

/** The store of a windowed aggregation. */
export type WindowAggregateStore<K, A> = TimestampedWindowStore<K, A> & UnemittedWindows & CachedStateStore<Windowed<K>, A>

/** A time window closes when stream time reaches its end + grace, because the end does not belong to the window. */
function closingTimeWindows<K, A>(
  store: TimestampedWindowStore<K, A> & UnemittedWindows,
  windows: TimeWindowsOptions,
): ClosingWindows<K, A> {
  const { sizeMs, advanceMs } = windows
  const last = (timestamp: number): number => Math.floor(timestamp / advanceMs)
  return {
    lastClosedMs: (closeTime) => closeTime - sizeMs,
    firstOpenMs: (closeTime) => Math.max(0, closeTime - sizeMs) + 1,
    mayHold: (fromMs, toMs) =>
      last(fromMs - 1) !== last(toMs) || firstWindowStart(fromMs - 1, windows) !== firstWindowStart(toMs, windows),
    fetch: (fromMs, toMs) => store.fetchAll(fromMs, toMs),
    keepFrom: (startMs) => store.keepFrom(startMs),
  }
}

/**
 * Aggregates by key and window (Java: `KStreamWindowAggregate`).
 *
 * - Stream time is the largest timestamp that this operator has seen.
 * - A window is closed when stream time reaches its end + grace. A late record counts as dropped once for each of its windows that is closed.
 * - Records without key or value are dropped. Java drops those without key only, and aggregates null values, although its own
 *   documentation says that a value is needed; `java` copies that.
 */
export class KStreamWindowAggregate<K, V, A> implements Processor<K | null, V, Windowed<K>, Change<A>> {
  protected readonly options: KStreamWindowAggregateOptions<K, V, A>
  readonly #fold: FoldFromInitial<K, V, A>
  protected context!: InternalProcessorContext<Windowed<K>, Change<A>>
  #store!: TimestampedWindowStore<K, A>
  #results!: WindowResults<K, A>
  #skipsNullValues = true
  #time!: AggregationTime

  constructor(options: KStreamWindowAggregateOptions<K, V, A>) {
    this.options = options
    this.#fold = foldFromInitial(options.fold)
  }

  init(context: ProcessorContext<Windowed<K>, Change<A>>): void {
    const store = context.stateStore<WindowAggregateStore<K, A>>(this.options.storeName)
    this.#store = store
    this.context = internal(context)
    this.#time = aggregationTime(this.context, this.options.storeName)
    this.#skipsNullValues = this.context.compatibility === 'safe'
    const closing = closingTimeWindows(store, this.options.windows)
    this.#results = new WindowResults(this.context, { ...this.options, store, closing })
    if (this.context.compatibility === 'safe') resumeTime(this.#time, this.#results.emittedUntilMs, this.options.windows.graceMs)
  }

  process(record: StreamRecord<K | null, V>): void {
    const { key, timestamp } = record
    if (key === null || (record.value === null && this.#skipsNullValues)) return this.context.drop(noKeyOrValue(key))
    const { windows } = this.options
    this.#time.streamTimeMs = Math.max(this.#time.streamTimeMs, timestamp)
    const closeTime = this.#time.streamTimeMs - windows.graceMs
    let start = firstWindowStart(timestamp, windows)
    for (; start <= timestamp && start + windows.sizeMs <= closeTime; start += windows.advanceMs) this.#dropLate(start)
    if (start <= timestamp) this.update(key, record, start)
    if (windows.startMs !== undefined && timestamp < windows.startMs)
      this.context.logSkipped(beforeUnlimitedWindow, { windowStartMs: windows.startMs })
    this.#results.processed(closeTime, record)
  }

  /** Adds a record to those of its windows that start at `fromMs` or later: these are open. */
  protected update(key: K, record: StreamRecord<unknown, V>, fromMs: number): void {
    const { sizeMs, advanceMs } = this.options.windows
    for (let start = fromMs; start <= record.timestamp; start += advanceMs)
      this.#update(windowed(key, start, start + sizeMs), record)
  }

  #dropLate(windowStartMs: number): void {
    const { sizeMs, graceMs } = this.options.windows
    const windowEndMs = windowStartMs + sizeMs
    this.context.drop(closedWindow, { windowStartMs, windowEndMs, graceMs, streamTimeMs: this.#time.streamTimeMs })
  }

  #update(window: Windowed<K>, record: StreamRecord<unknown, V>): void {
    const old = this.#store.fetchOne(window.key, window.startMs)
    const oldAggregate = old === null ? this.initial() : old.value
    const timestamp = old === null ? record.timestamp : Math.max(record.timestamp, old.timestamp)
    const aggregate = this.aggregate(oldAggregate, record.value, window.key)
    const oldValue = old === null ? phantomOldValue(oldAggregate, this.context) : this.#oldValue(window)
    this.#store.put(window.key, timestamped(aggregate, timestamp), window.startMs)
    this.#results.updated(window, aggregate, oldValue, timestamp, record)
  }

  #oldValue({ key, startMs }: Windowed<K>): A | null {
    return this.#results.sendsOldValues ? (this.#store.fetchOne(key, startMs)?.value ?? null) : null
  }

  protected initial(): A | null {
    return lambdaResult(this.#fold.initializer(), 'initializer', this.context.nodeName)
  }

  protected aggregate(aggregate: A | null, value: V, key: K): A | null {
    return lambdaResult(this.#fold.aggregator(aggregate, value, key), 'aggregator', this.context.nodeName)
  }
}
