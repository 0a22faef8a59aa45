import { latencyBoundsMs } from '../../metrics/bounds.ts'
import type { Counter, Histogram } from '../../metrics/metrics.ts'
import { change, type Change } from '../../model/change.ts'
import { noHeaders } from '../../model/headers.ts'
import { streamRecord, type StreamRecord } from '../../model/stream-record.ts'
import type { ValueAndTimestamp } from '../../model/value-and-timestamp.ts'
import type { Windowed } from '../../model/windowed.ts'
import type { WindowedEntry } from '../../state/window/window-store.ts'
import { EmitThrottle } from './emit-throttle.ts'
import type { InternalProcessorContext } from '../internal-processor-context.ts'

/**
 * Finds the closed windows of an aggregation. Its store orders windows by a bound: time windows by their start, sessions by their
 * end. `fromMs`, `toMs` and `boundMs` are such bounds.
 */
export interface ClosingWindows<K, V> {
  /** The largest bound of a window that is closed at `closeTime`. It is below 0 if no window can be closed. */
  lastClosedMs(closeTime: number): number
  /** The smallest bound of a window that is still open at `closeTime`. */
  firstOpenMs(closeTime: number): number
  /** Whether there can be a window between the two bounds. If absent, there always can. */
  mayHold?(fromMs: number, toMs: number): boolean
  /** Returns the windows between two bounds, both included, in the order of time. */
  fetch(fromMs: number, toMs: number): Iterable<WindowedEntry<K, ValueAndTimestamp<V>>>
  /** Tells the store to keep all windows from this bound on, even if they are older than its retention. */
  keepFrom(boundMs: number): void
}

/** The close time before the first emission. */
const never = -1

/**
 * Emits each window once, after it has closed (Java: `EmitStrategy.onWindowClose` in
 * `AbstractKStreamTimeWindowAggregateProcessor` and `KStreamSessionWindowAggregate`). The emitter looks for closed windows at
 * most once per `emitIntervalMs`. The close time of the last emission is committed with the offsets, so that a restart goes on
 * from there.
 *
 * Java's store forgets windows by its retention, even if they were not emitted: one record far ahead in time is enough to lose
 * them. In `safe` the store keeps windows until they are emitted.
 */
export class WindowCloseEmitter<K, V> {
  readonly #context: InternalProcessorContext<Windowed<K>, Change<V>>
  readonly #storeName: string
  readonly #windows: ClosingWindows<K, V>
  readonly #throttle: EmitThrottle
  readonly #emitted: Counter
  readonly #latency: Histogram
  #lastCloseTime: number

  constructor(context: InternalProcessorContext<Windowed<K>, Change<V>>, storeName: string, windows: ClosingWindows<K, V>) {
    const { metrics, metricTags } = context
    this.#context = context
    this.#storeName = storeName
    this.#windows = windows
    this.#throttle = new EmitThrottle(context.emitIntervalMs)
    this.#emitted = metrics.counter('window-aggregate-final-emit', metricGroup, metricTags)
    this.#latency = metrics.histogram('window-aggregate-final-emit-latency', metricGroup, metricTags, latencyBoundsMs)
    this.#lastCloseTime = context.processorMetadata(storeName) ?? never
    this.#keepUnemitted()
  }

  /** The close time of the last emission, restarts included. −1 if there was none. */
  get emittedUntilMs(): number {
    return this.#lastCloseTime
  }

  /**
   * Emits the windows that are closed at `closeTime`, which is stream time minus the grace. `cause` is the record that has moved
   * stream time.
   */
  emitClosed(closeTime: number, cause: StreamRecord<unknown, unknown>): void {
    if (!this.#throttle.isDue(this.#context.monotonicMs())) return
    if (this.#lastCloseTime !== never && this.#lastCloseTime >= closeTime) return
    const [fromMs, toMs] = [this.#firstUnemittedMs(), this.#windows.lastClosedMs(closeTime)]
    if (toMs < 0) return
    if (this.#lastCloseTime !== never && this.#windows.mayHold?.(fromMs, toMs) === false) return
    this.#emit(fromMs, toMs, cause)
    this.#lastCloseTime = closeTime
    this.#context.keepProcessorMetadata(this.#storeName, closeTime)
    this.#keepUnemitted()
  }

  /**
   * Emits windows without headers, because a final result is made of many records. Java gives them the headers of `cause`, whose
   * key may be another. `java` copies that.
   */
  #emit(fromMs: number, toMs: number, cause: StreamRecord<unknown, unknown>): void {
    const headers = this.#context.compatibility === 'java' ? cause.headers : noHeaders
    const startedAt = this.#context.monotonicMs()
    let count = 0
    for (const { key, value: result } of this.#windows.fetch(fromMs, toMs)) {
      if (result.timestamp < 0) throw this.#timestampLost()
      this.#context.forward(streamRecord(key, change<V>(result.value, null), result.timestamp, headers))
      count++
    }
    this.#emitted.add(count)
    this.#latency.record(this.#context.monotonicMs() - startedAt)
  }

  /**
   * Happens only in `java`: there, a store value without timestamps on disk gives results the timestamp −1, which Java refuses as
   * well.
   */
  #timestampLost(): TypeError {
    return new TypeError(`The store ${this.#storeName} has lost the time of a result: give it a supplier with timestamps.`)
  }

  #firstUnemittedMs(): number {
    return this.#lastCloseTime === never ? 0 : this.#windows.firstOpenMs(this.#lastCloseTime)
  }

  #keepUnemitted(): void {
    if (this.#context.compatibility === 'safe') this.#windows.keepFrom(this.#firstUnemittedMs())
  }
}

const metricGroup = 'stream-processor-node-metrics'
