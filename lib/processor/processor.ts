import type { NotPromise } from '../model/promise-like.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { RecordMetadata, StreamRecord } from '../model/stream-record.ts'
import type { TaskId } from '../model/task-id.ts'
import type { AnyStore, StateStoreOf } from '../state/store-value.ts'

/**
 * The time that drives a punctuation: `stream-time` by the timestamps of records, `wall-clock-time` by the clock (Java:
 * `PunctuationType`).
 */
export type PunctuationType = 'stream-time' | 'wall-clock-time'

/** Called between records. `now` is the stream time or the wall-clock time in ms, by the type of the punctuation. */
export type Punctuator = (now: number) => NotPromise

/** Options of a punctuation. */
export interface PunctuationOptions {
  /**
   * The time of the first punctuation, in ms since the epoch (KIP-1146). The others follow at every interval from there. Times
   * that have already passed are skipped.
   */
  readonly startMs?: number | undefined
}

/** A scheduled punctuation. */
export interface Cancellable {
  /** Ends the punctuation. */
  cancel(): void
}

/** The context of a processor. Use it only in `init`, `process` and punctuators. */
export interface ProcessorContext<KOut, VOut> {
  /** The application's id. */
  readonly applicationId: string
  /** The task that the processor belongs to. */
  readonly taskId: TaskId
  /** The metrics of the application. Processors may add their own. */
  readonly metrics: Metrics
  /** The topic, partition and offset of the current input record. Null during punctuation. */
  readonly recordMetadata: RecordMetadata | null
  /** Forwards a record to all children, or only to the child of that name. Returns after they have processed it. */
  forward(record: StreamRecord<KOut, VOut>, childName?: string): void
  /**
   * Returns a store that is connected to this processor, by its store value or by its name. A store value gives its types. Throws a
   * `TopologyError` (`STREAMS_STORE_NOT_CONNECTED`) if the store is not connected.
   *
   * @example
   * const seen = context.stateStore(seenStore) // KeyValueStore<string, number>
   */
  stateStore<S extends AnyStore>(store: S): StateStoreOf<S>
  stateStore<S>(name: string): S
  /**
   * Schedules a punctuation. Without `startMs`, its first time is one interval from now (wall clock), or the first record at or
   * after a multiple of the interval (stream time).
   *
   * @example
   * context.schedule(3_600_000, 'wall-clock-time', () => context.commit(), { startMs: 0 }) // every hour, on the hour
   */
  schedule(intervalMs: number, type: PunctuationType, punctuator: Punctuator, options?: PunctuationOptions): Cancellable
  /** Requests a commit. It happens soon after the call, not within it. */
  commit(): void
  /** Returns the stream time: the greatest timestamp that the task has seen, in ms since the epoch. */
  currentStreamTimeMs(): number
  /** Returns the wall-clock time in ms since the epoch. */
  currentSystemTimeMs(): number
}

/**
 * Processes records one by one, synchronously (Java: `api.Processor`). Each task has its own instance, which a supplier makes.
 */
export interface Processor<KIn, VIn, KOut, VOut> {
  /** Called once, before the first record. */
  init?(context: ProcessorContext<KOut, VOut>): NotPromise
  /** Called for each record. `forward` returns after the children have processed the forwarded record. */
  process(record: StreamRecord<KIn, VIn>, context: ProcessorContext<KOut, VOut>): NotPromise
  /** Called when the task closes. It cannot forward records. */
  close?(): NotPromise
}

/** Makes a processor. Each call must return a new one, because each task has its own. */
export type ProcessorSupplier<KIn, VIn, KOut, VOut> = () => Processor<KIn, VIn, KOut, VOut>
