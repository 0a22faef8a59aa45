import type { Change } from '../../model/change.ts'

/**
 * Called for each entry that leaves a record cache. Operators forward it downstream. The change has an old value if the operator
 * asked for old values.
 */
export type FlushListener<K, V> = (key: K, change: Change<V>, timestamp: number) => void

/**
 * A store that may have a record cache. Without one `setFlushListener` returns `false`, and the operator forwards each update
 * itself.
 */
export interface CachedStateStore<K, V> {
  setFlushListener(listener: FlushListener<K, V>, oldValues: 'send' | 'omit'): boolean
}

/**
 * Reads of a table's store that skip the record cache: what downstream has been told so far. V is the type of the values that the
 * store's reads return.
 */
export interface FlushedRows<K, V> {
  /** The newest value that has left the cache. */
  getFlushed(key: K): V | null
}
