import type { Change } from '../../model/change.ts'

/** Is told each entry that leaves a cache; the operator forwards it downstream. `oldValue` only where it was asked for. */
export type FlushListener<K, V> = (key: K, change: Change<V>, timestamp: number) => void

/** A store with a record cache above it. Without a cache, `setFlushListener` returns `false` and the operator forwards by itself. */
export interface CachedStateStore<K, V> {
  setFlushListener(listener: FlushListener<K, V>, oldValues: 'send' | 'omit'): boolean
}

/** A table's store as those see it who know of it only by what the cache has given up. V is what the store's reads answer. */
export interface FlushedRows<K, V> {
  /** The newest value that is not, or no longer, held back by the cache. */
  getFlushed(key: K): V | null
}
