import type { Serde } from '../model/serde.ts'

/** Where a store lives. `default`: what the application's `defaultStoreMedium` says (disk on a cluster, memory in tests of Java's vectors). */
export type StoreMedium = 'memory' | 'disk' | 'default'

/** Kafka topic configuration of the changelog, over Millrace's defaults; or none at all. */
export type ChangelogOption = 'disabled' | { readonly config: Readonly<Record<string, string>> }

interface StoreSpecBase<K, V> {
  readonly name: string
  /** Absent: the application's default serde, decided when the store opens. */
  readonly key: Serde<K> | undefined
  readonly value: Serde<V> | undefined
  readonly medium: StoreMedium
  readonly caching: 'enabled' | 'disabled'
  readonly changelog: ChangelogOption
}

/** `timestamped` stores keep the time of the record beside each value; all tables and aggregates of the DSL do. */
export interface KeyValueStoreSpec<K, V> extends StoreSpecBase<K, V> {
  readonly kind: 'key-value'
  readonly values: 'plain' | 'timestamped'
  /** Whether changelog records carry the input record's headers, as those of Java's foreign-key subscriptions do. Default `none`. */
  readonly changelogHeaders?: 'record' | 'none'
}

/**
 * Expiry as Java's in-memory stores (`exact`: a row is gone when it is older than stream time − retention) or as its RocksDB
 * stores (`segmented`: rows leave by whole segments, reads are clamped). `default`: memory = exact, disk = segmented.
 */
export type WindowExpiry = 'exact' | 'segmented' | 'default'

export interface WindowStoreSpec<K, V> extends StoreSpecBase<K, V> {
  readonly kind: 'window'
  readonly values: 'plain' | 'timestamped'
  readonly retentionMs: number
  readonly windowSizeMs: number
  /** Keep all values of one key and start, in order (stream-stream joins). Such stores are never cached. */
  readonly duplicates: 'keep' | 'replace'
  readonly expiry: WindowExpiry
}

/** The changes that `suppress` holds back, in memory and in a changelog; nobody else can make or see such a store. */
export interface ChangeBufferSpec extends StoreSpecBase<unknown, unknown> {
  readonly kind: 'change-buffer'
}

/** A store as a value: what to open, not how. Session and versioned kinds join this union with their issue. */
export type StoreSpec = KeyValueStoreSpec<unknown, unknown> | WindowStoreSpec<unknown, unknown> | ChangeBufferSpec

/** Java: `max(retention / 2, 60 s)` (`Stores.persistentWindowStore`). */
export function segmentIntervalMs(retentionMs: number): number {
  return Math.max(Math.floor(retentionMs / 2), 60_000)
}
