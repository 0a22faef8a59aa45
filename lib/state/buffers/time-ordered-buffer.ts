import type { RecordContext } from '../../model/record-context.ts'

/** Takes what a buffer gives up; it is gone from the buffer when this has returned. */
export type Eviction<K, V> = (key: K, value: V, context: RecordContext) => void

/** Records that are held back for a time, the oldest first, then by the bytes of their keys (Java: `TimeOrderedKeyValueBuffer`). */
export interface TimeOrderedBuffer<K, V> {
  readonly count: number
  /** As Java estimates them: limits in bytes hold back as many records as there. */
  readonly bytes: number
  /** The time of the oldest record; Infinity where there is none. */
  readonly minTimeMs: number
  put(timeMs: number, key: K, value: V, context: RecordContext): void
  /** Gives up the oldest record again and again while `isDue` says so; it is asked before each. */
  evictWhile(isDue: () => boolean, emit: Eviction<K, V>): void
}
