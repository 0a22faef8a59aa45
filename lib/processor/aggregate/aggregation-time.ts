import type { InternalProcessorContext } from '../internal-processor-context.ts'

/** What a windowed aggregation knows of time, in one task. */
export interface AggregationTime {
  /** The largest timestamp that the aggregation has seen; −1 before the first record. */
  streamTimeMs: number
}

/**
 * The time of the aggregation that keeps its windows in this store. The streams of a cogroup share the windows, so that they share the time:
 * a window that one stream has closed is closed for all. In Java each stream has a time of its own, while their store has one; what a late
 * record does is then a matter of the store and of the cache above it. `java` copies that.
 */
export function aggregationTime(context: InternalProcessorContext<never, never>, storeName: string): AggregationTime {
  const make = (): AggregationTime => ({ streamTimeMs: -1 })
  return context.compatibility === 'java' ? make() : context.shared(`${storeName}: stream time`, make)
}

/**
 * After a restart: what was emitted on close stays closed. `closesAfterMs` is how far stream time is ahead of the close time. Java forgets
 * its stream time with the process: a late record then changes in the store a window whose final result is out, and nobody is told.
 */
export function resumeTime(time: AggregationTime, emittedUntilMs: number, closesAfterMs: number): void {
  if (emittedUntilMs >= 0) time.streamTimeMs = Math.max(time.streamTimeMs, emittedUntilMs + closesAfterMs)
}
