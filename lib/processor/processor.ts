import type { Metrics } from '../metrics/metrics.ts'
import type { RecordMetadata, StreamRecord } from '../model/stream-record.ts'
import type { TaskId } from '../model/task-id.ts'
import type { AnyStore, StateStoreOf } from '../state/store-value.ts'

/** `stream-time`: driven by timestamps of records; `wall-clock-time`: by the clock (Java: `PunctuationType`). */
export type PunctuationType = 'stream-time' | 'wall-clock-time'

/** Called back between records. `now` is stream time or wall clock, in ms, by its type. */
export type Punctuator = (now: number) => void

/** How a punctuation is scheduled, beside its interval. */
export interface PunctuationOptions {
  /**
   * When the punctuation first fires, in ms since the epoch (KIP-1146). The others follow at every interval from there. Where that time
   * has passed already, the first is the next of them.
   */
  readonly startMs?: number | undefined
}

/** A punctuation that is scheduled. */
export interface Cancellable {
  /** The punctuation does not fire any more. */
  cancel(): void
}

/** What a processor may do while it handles a record or a punctuation. It must not be kept and used at another time. */
export interface ProcessorContext<KOut, VOut> {
  /** The application's id. */
  readonly applicationId: string
  /** The task that the processor belongs to. */
  readonly taskId: TaskId
  /** The application's metrics, for own ones. */
  readonly metrics: Metrics
  /** The input record being processed; null during punctuation. */
  readonly recordMetadata: RecordMetadata | null
  /** Sends a record to all children, or to the one that is named. Returns when they have processed it. */
  forward(record: StreamRecord<KOut, VOut>, childName?: string): void
  /**
   * A store that is connected to this processor: by its store value, which says its types, or by its name. Throws a `TopologyError`
   * (`STREAMS_STORE_NOT_CONNECTED`) otherwise.
   *
   * @example
   * const seen = context.stateStore(seenStore) // KeyValueStore<string, number>
   */
  stateStore<S extends AnyStore>(store: S): StateStoreOf<S>
  stateStore<S>(name: string): S
  /**
   * Without `startMs`, it first fires one interval after now (wall clock), or with the first record at or after a multiple of it (stream
   * time).
   *
   * @example
   * context.schedule(3_600_000, 'wall-clock-time', report, { startMs: Date.UTC(2026, 0, 1) }) // every hour, on the hour
   */
  schedule(intervalMs: number, type: PunctuationType, punctuator: Punctuator, options?: PunctuationOptions): Cancellable
  /** Asks for a commit soon; it is not done when this returns. */
  commit(): void
  /** Stream time: the greatest timestamp that the task has seen, in ms. */
  currentStreamTimeMs(): number
  /** Wall-clock time, in ms since the epoch. */
  currentSystemTimeMs(): number
}

/**
 * Handles records one by one, synchronously (Java: `api.Processor`). One instance per task; a supplier makes a new one each time.
 */
export interface Processor<KIn, VIn, KOut, VOut> {
  /** Called once, before the first record. */
  init?(context: ProcessorContext<KOut, VOut>): void
  /** Called for each record. What it forwards is processed before `forward` returns. */
  process(record: StreamRecord<KIn, VIn>, context: ProcessorContext<KOut, VOut>): void
  /** Called when the task closes; nothing can be forwarded any more. */
  close?(): void
}

/** Makes a processor: a new one at each call, since each task has its own. */
export type ProcessorSupplier<KIn, VIn, KOut, VOut> = () => Processor<KIn, VIn, KOut, VOut>
