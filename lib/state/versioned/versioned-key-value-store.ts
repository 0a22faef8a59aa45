import type { ValueAndTimestamp } from '../../model/value-and-timestamp.ts'

/** A value with the time from which it is valid, and the time of the next version; Infinity: it is the latest. In ms. */
export interface VersionedRecord<V> {
  readonly value: V
  readonly timestamp: number
  readonly validTo: number
}

/** `not-put`: the version is older than the store's history, and was dropped. Else as in {@link VersionedRecord}. */
export type ValidTo = number | 'not-put'

export interface HistoryOptions {
  /** Versions that were valid at this time or later. Default: all that are kept. In ms. */
  readonly fromMs?: number
  /** Versions that were valid at this time or before. Default: up to the latest. In ms. */
  readonly toMs?: number
  /** By time. Default `ascending`. */
  readonly order?: 'ascending' | 'descending'
}

export interface ReadOnlyVersionedKeyValueStore<K, V> {
  /** The latest version. Null where the key has none, or was deleted. */
  get(key: K): ValueAndTimestamp<V> | null
  /** The version that was valid at a time. Null also where the time lies before the store's history, unless the latest is older still. */
  get(key: K, asOfMs: number): ValueAndTimestamp<V> | null
  /** The versions of a key that are kept (KIP-968), with their ends. Deletions are the gaps between them. */
  history(key: K, options?: HistoryOptions): IterableIterator<VersionedRecord<V>>
}

/** Java: `VersionedKeyValueStore` (KIP-889). Reads see the writes of their own task at once. */
export interface VersionedKeyValueStore<K, V> extends ReadOnlyVersionedKeyValueStore<K, V> {
  /** Adds a version, or replaces the one of that time; null says that the key was deleted then. Returns how long it is valid. */
  put(key: K, value: V | null, timestamp: number): ValidTo
  /** As `put` with null. Returns the version that was valid at that time. */
  delete(key: K, timestamp: number): ValueAndTimestamp<V> | null
}
