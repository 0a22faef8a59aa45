import type { RecordContext } from '../../model/record-context.ts'

/** Takes a record that leaves a buffer. */
export type Eviction<K, V> = (key: K, value: V, context: RecordContext) => void

/** Records that are held back, ordered by time, then by the bytes of their keys (Java: `TimeOrderedKeyValueBuffer`). */
export interface TimeOrderedBuffer<K, V> {
  readonly count: number
  /** The bytes that Java counts for these records, so that a limit in bytes is reached with the same record as in Java. */
  readonly bytes: number
  /** The time of the oldest record; Infinity if there is none. */
  readonly minTimeMs: number
  put(timeMs: number, key: K, value: V, context: RecordContext): void
  /** Emits and removes the oldest record as long as `isDue` returns true. `isDue` is called before each record. */
  evictWhile(isDue: () => boolean, emit: Eviction<K, V>): void
}
