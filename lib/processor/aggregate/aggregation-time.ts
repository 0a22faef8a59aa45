import type { InternalProcessorContext } from '../internal-processor-context.ts'

/** The stream time of a windowed aggregation in one task. */
export interface AggregationTime {
  /** The largest timestamp that the aggregation has seen; −1 before the first record. */
  streamTimeMs: number
}

/**
 * Returns the stream time of the aggregation that uses this store. The streams of a cogroup use one store, so they share their
 * stream time: a window that one stream has closed is closed for all. In Java each stream has its own stream time, while their
 * store has one for all. Whether Java drops a late record then depends on the store and on the cache above it. `java` copies
 * that.
 */
export function aggregationTime(context: InternalProcessorContext<never, never>, storeName: string): AggregationTime {
  const make = (): AggregationTime => ({ streamTimeMs: -1 })
  return context.compatibility === 'java' ? make() : context.shared(`${storeName}: stream time`, make)
}

/**
 * Resumes stream time after a restart, so that windows that were emitted on close stay closed. `closesAfterMs` is the difference
 * between stream time and close time. Java does not resume it: a late record then changes a window in the store whose final
 * result has already been emitted, and the change is never forwarded.
 */
export function resumeTime(time: AggregationTime, emittedUntilMs: number, closesAfterMs: number): void {
  if (emittedUntilMs >= 0) time.streamTimeMs = Math.max(time.streamTimeMs, emittedUntilMs + closesAfterMs)
}
