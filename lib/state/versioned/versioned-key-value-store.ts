import type { ValueAndTimestamp } from '../../model/value-and-timestamp.ts'

/** A value that is valid from `timestamp` up to `validTo`, excluded, in ms. The latest version has `validTo` Infinity. */
export interface VersionedRecord<V> {
  /** The value. */
  readonly value: V
  /** The time from which the value is valid, in ms since the epoch. */
  readonly timestamp: number
  /** The time from which the value is no longer valid, in ms since the epoch. */
  readonly validTo: number
}

/**
 * The `validTo` of a version, see {@link VersionedRecord}; or `not-put`: the version is older than the store's history, and was
 * dropped.
 */
export type ValidTo = number | 'not-put'

/** Which versions of a key are read, and in which order. */
export interface HistoryOptions {
  /** Versions that were valid at this time or later, in ms. Default: the oldest that the store keeps. */
  readonly fromMs?: number | undefined
  /** Versions that were valid at this time or before, in ms. Default: the latest. */
  readonly toMs?: number | undefined
  /** The order by time. Default `ascending`. */
  readonly order?: 'ascending' | 'descending' | undefined
}

/** The reads of a versioned store (Java: `VersionedKeyValueStore`). */
export interface ReadOnlyVersionedKeyValueStore<K, V> {
  /** The latest version. Null if the key has none, or is deleted. */
  get(key: K): ValueAndTimestamp<V> | null
  /**
   * The version that was valid at a time. Also null if the time lies before the store's history and the latest version is newer.
   */
  get(key: K, asOfMs: number): ValueAndTimestamp<V> | null
  /** All versions of a key that the store keeps, each with its end (KIP-968). A gap between two versions is a deletion. */
  history(key: K, options?: HistoryOptions): IterableIterator<VersionedRecord<V>>
}

/** A versioned store (KIP-889; Java: `VersionedKeyValueStore`). Reads see the earlier writes of their own task. */
export interface VersionedKeyValueStore<K, V> extends ReadOnlyVersionedKeyValueStore<K, V> {
  /**
   * Adds a version, or replaces the one with that timestamp. A value of null deletes the key as of then. Returns the version's
   * `validTo`.
   */
  put(key: K, value: V | null, timestamp: number): ValidTo
  /** Deletes the key as of a time. Returns the version that was valid then. */
  delete(key: K, timestamp: number): ValueAndTimestamp<V> | null
}
