import type { EmitStrategy } from '../model/emit-strategy.ts'
import type { Serde } from '../model/serde.ts'

/** Where a store lives. `default`: what the application's `defaultStoreMedium` says (disk on a cluster, memory in tests of Java's vectors). */
export type StoreMedium = 'memory' | 'disk' | 'default'

/** Kafka topic configuration of the changelog, over Millrace's defaults; or none at all. */
export type ChangelogOption = 'disabled' | { readonly config: Readonly<Record<string, string>> }

/** What the specs of all kinds of stores have. */
export interface StoreSpecBase<K, V> {
  readonly name: string
  /** Absent: the application's default serde, decided when the store opens. */
  readonly key: Serde<K> | undefined
  readonly value: Serde<V> | undefined
  readonly medium: StoreMedium
  readonly caching: 'enabled' | 'disabled'
  readonly changelog: ChangelogOption
  /**
   * Whether changelog records carry the input record's headers, as those of Java's foreign-key subscriptions and of its stream joins
   * do. Default `none`.
   */
  readonly changelogHeaders?: 'record' | 'none'
  /** Default `timestamped`. */
  readonly supplier?: StoreSupplier | undefined
  /** Of a store in memory: with more, the least recently used goes. Default: no end. */
  readonly maxEntries?: number | undefined
}

/**
 * What Java's supplier below a timestamped store keeps. On disk a `plain` one (`Stores.persistentKeyValueStore`,
 * `persistentWindowStore`) loses timestamps; that is so with `compatibility: 'java'` only.
 */
export type StoreSupplier = 'plain' | 'timestamped'

/** What a store keeps of a record: its value alone, or the record's timestamp beside it. */
export type StoredValues = 'plain' | 'timestamped'

/** `timestamped` stores keep the time of the record beside each value; all tables and aggregates of the DSL do. */
export interface KeyValueStoreSpec<K, V, Values extends StoredValues = StoredValues> extends StoreSpecBase<K, V> {
  readonly kind: 'key-value'
  readonly values: Values
}

/**
 * Expiry as Java's in-memory stores (`exact`: a row is gone when it is older than stream time − retention) or as its RocksDB
 * stores (`segmented`: rows leave by whole segments, reads are clamped). `default`: memory = exact, disk = segmented.
 */
export type WindowExpiry = 'exact' | 'segmented' | 'default'

/**
 * How rows are found, and so in which order a store on disk gives them. `key-first`: by segment, key and start, as Java's window stores.
 * `time-first`: by start, then key, as its stores for emission on close. `time-first-indexed`: by start where all keys are asked
 * for, by key where a range of keys is. A store in memory gives them by start, always.
 */
export type WindowLayout = 'key-first' | 'time-first' | 'time-first-indexed'

export interface WindowStoreSpec<K, V, Values extends StoredValues = StoredValues> extends StoreSpecBase<K, V> {
  readonly kind: 'window'
  readonly values: Values
  readonly retentionMs: number
  readonly windowSizeMs: number
  /** Keep all values of one key and start, in order (stream-stream joins). Such stores are never cached. */
  readonly duplicates: 'keep' | 'replace'
  readonly expiry: WindowExpiry
  /** Default `timestamped`. */
  readonly supplier?: StoreSupplier | undefined
  /** What Java's supplier says, where the windows of the operator need more or other: so it is with `compatibility: 'java'` only. */
  readonly supplied?: Pick<WindowStoreSpec<K, V>, 'retentionMs' | 'windowSizeMs'>
  /** That of the changelog. Default `retentionMs`. */
  readonly changelogRetentionMs?: number
  /** Default `key-first`. */
  readonly layout?: WindowLayout
  /** When the windows in it are emitted. In `safe`, those that wait for their emission on close are not forgotten. Default: on update. */
  readonly emit?: EmitStrategy
}

/** Sessions expire by their end. They keep no timestamps: a session's time is its end. */
export interface SessionStoreSpec<K, V> extends StoreSpecBase<K, V> {
  readonly kind: 'session'
  readonly values: 'plain'
  readonly retentionMs: number
  readonly expiry: WindowExpiry
  /** What Java's supplier says, where the sessions of the operator need more: so it is with `compatibility: 'java'` only. */
  readonly supplied?: Pick<SessionStoreSpec<K, V>, 'retentionMs'>
  /** How long the changelog keeps sessions. Default `retentionMs`. */
  readonly changelogRetentionMs?: number
  /** When the sessions in it are emitted. In `safe`, those that wait for their emission on close are not forgotten. Default: on update. */
  readonly emit?: EmitStrategy
}

/** The changes that `suppress` holds back, in memory and in a changelog; nobody else can make or see such a store. */
export interface ChangeBufferSpec extends StoreSpecBase<unknown, unknown> {
  readonly kind: 'change-buffer'
}

/** Keeps superseded values for a while, so that a key can be read as of an earlier time (KIP-889). Never cached. */
export interface VersionedKeyValueStoreSpec<K, V> extends StoreSpecBase<K, V> {
  readonly kind: 'versioned'
  readonly values: 'plain'
  readonly caching: 'disabled'
  /** How far behind the newest record a key can be read, and a record may still be put. In ms. */
  readonly historyRetentionMs: number
  /** Superseded values expire by segments of this much time. In ms. */
  readonly segmentIntervalMs: number
}

/** Records of a stream that wait for the table they are joined with; nobody else can make or see such a store. */
export interface RecordBufferSpec extends StoreSpecBase<unknown, unknown> {
  readonly kind: 'record-buffer'
}

/** A store that users declare as a value: what to open, not how. */
export type StoreValueSpec =
  | KeyValueStoreSpec<unknown, unknown>
  | WindowStoreSpec<unknown, unknown>
  | SessionStoreSpec<unknown, unknown>
  | VersionedKeyValueStoreSpec<unknown, unknown>

/** Any store. The buffers are made by operators alone. */
export type StoreSpec = StoreValueSpec | ChangeBufferSpec | RecordBufferSpec

/** How far behind its stream time a store still takes rows, in ms. */
export function retentionOf(spec: StoreSpec): number {
  if (spec.kind === 'window' || spec.kind === 'session') return spec.retentionMs
  return spec.kind === 'versioned' ? spec.historyRetentionMs : Infinity
}

/** Java: `max(retention / 2, 60 s)` (`Stores.persistentWindowStore`). */
export function segmentIntervalMs(retentionMs: number): number {
  return Math.max(Math.floor(retentionMs / 2), 60_000)
}

/** Java: `RocksDbVersionedKeyValueBytesStoreSupplier`. */
export function versionSegmentIntervalMs(historyRetentionMs: number): number {
  const [parts, atLeastMs] = versionSegments(historyRetentionMs)
  return Math.max(Math.floor(historyRetentionMs / parts), atLeastMs)
}

function versionSegments(historyRetentionMs: number): readonly [parts: number, atLeastMs: number] {
  if (historyRetentionMs <= 60_000) return [3, 2_000]
  if (historyRetentionMs <= 300_000) return [5, 20_000]
  if (historyRetentionMs <= 3_600_000) return [12, 60_000]
  return [24, 300_000]
}
