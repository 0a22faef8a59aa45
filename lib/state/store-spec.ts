import type { EmitStrategy } from '../model/emit-strategy.ts'
import type { Serde } from '../model/serde.ts'

/** Where a store keeps its rows. `default`: the application's `defaultStoreMedium`. */
export type StoreMedium = 'memory' | 'disk' | 'default'

/**
 * `disabled`: the store has no changelog. Else `config`: Kafka topic configuration of the changelog, which replaces Millrace's
 * defaults.
 */
export type ChangelogOption = 'disabled' | { readonly config: Readonly<Record<string, string>> }

/** The properties that the specs of all kinds of stores share. */
export interface StoreSpecBase<K, V> {
  readonly name: string
  /** Undefined: the application's default serde. */
  readonly key: Serde<K> | undefined
  readonly value: Serde<V> | undefined
  readonly medium: StoreMedium
  readonly caching: 'enabled' | 'disabled'
  readonly changelog: ChangelogOption
  /**
   * `record`: a changelog record has the headers of the input record. Java does so for the subscriptions of foreign-key joins, and for
   * stream joins. Default `none`.
   */
  readonly changelogHeaders?: 'record' | 'none'
  /** Default `timestamped`. */
  readonly supplier?: StoreSupplier | undefined
  /** How many entries a store in memory keeps. With more, it deletes the least recently used one. Default: no limit. */
  readonly maxEntries?: number | undefined
}

/**
 * Java's supplier below a timestamped store. A `plain` one on disk (`Stores.persistentKeyValueStore`, `persistentWindowStore`) loses the
 * timestamps. With `compatibility: 'java'` Millrace loses them, too; else the supplier makes no difference.
 */
export type StoreSupplier = 'plain' | 'timestamped'

/** `plain`: the store keeps the value of a record alone. `timestamped`: it keeps the record's timestamp beside the value. */
export type StoredValues = 'plain' | 'timestamped'

/**
 * A `timestamped` store keeps the timestamp of the record beside each value. All tables and aggregates of the DSL have such stores.
 */
export interface KeyValueStoreSpec<K, V, Values extends StoredValues = StoredValues> extends StoreSpecBase<K, V> {
  /** A store of values by key. */
  readonly kind: 'key-value'
  /** Whether timestamps are kept beside values. */
  readonly values: Values
}

/**
 * How rows expire. `exact`, as in Java's stores in memory: a row is removed when it is older than stream time − retention.
 * `segmented`, as in its RocksDB stores: rows are removed by whole segments, and older rows are not read. `default`: `exact` in
 * memory, `segmented` on disk.
 */
export type WindowExpiry = 'exact' | 'segmented' | 'default'

/**
 * The order of rows in a window store on disk. `key-first`: by segment, key and start, as in Java's window stores. `time-first`: by
 * start, then key, as in Java's stores for emission on close. `time-first-indexed`: by start if all keys are read, by key if a
 * range of keys is read. A store in memory always has the order of starts.
 */
export type WindowLayout = 'key-first' | 'time-first' | 'time-first-indexed'

/** A window store as a value. */
export interface WindowStoreSpec<K, V, Values extends StoredValues = StoredValues> extends StoreSpecBase<K, V> {
  /** A store of windows. */
  readonly kind: 'window'
  /** Whether timestamps are kept beside values. */
  readonly values: Values
  /** How long, after the newest window start, a window is kept, in ms. */
  readonly retentionMs: number
  /** How long a window is, in ms. */
  readonly windowSizeMs: number
  /** `keep`: the store keeps all values of one key and start, in their order, as stream-stream joins need. It is never cached. */
  readonly duplicates: 'keep' | 'replace'
  /** How windows expire. */
  readonly expiry: WindowExpiry
  /** Default `timestamped`. */
  readonly supplier?: StoreSupplier | undefined
  /** The values of Java's supplier, if the operator's windows need others. Only `compatibility: 'java'` uses them. */
  readonly supplied?: Pick<WindowStoreSpec<K, V>, 'retentionMs' | 'windowSizeMs'>
  /** How long the changelog keeps windows. Default `retentionMs`. */
  readonly changelogRetentionMs?: number
  /** Default `key-first`. */
  readonly layout?: WindowLayout
  /** When the operator emits these windows. In `safe` the store keeps a window until it is emitted. Default: on update. */
  readonly emit?: EmitStrategy
  /** Overlapping windows may be kept as slices. Default: each window has a row of its own. */
  readonly slicing?: WindowSlicing
}

/** How overlapping windows are kept as slices. Only aggregations of the DSL have such stores. */
export interface WindowSlicing {
  /** How far apart the starts of two windows are, in ms. */
  readonly advanceMs: number
  /** Combines the aggregates of two slices. It may change its arguments. */
  readonly merger: (left: unknown, right: unknown, key: unknown) => unknown
}

/** Sessions expire by their ends. Their rows have no timestamps, because the time of a session is its end. */
export interface SessionStoreSpec<K, V> extends StoreSpecBase<K, V> {
  /** A store of sessions. */
  readonly kind: 'session'
  /** Whether timestamps are kept beside values. */
  readonly values: 'plain'
  /** How long, after the newest session end, a session is kept. */
  readonly retentionMs: number
  /** How sessions expire. */
  readonly expiry: WindowExpiry
  /** The retention of Java's supplier, if the operator's sessions need a longer one. Only `compatibility: 'java'` uses it. */
  readonly supplied?: Pick<SessionStoreSpec<K, V>, 'retentionMs'>
  /** How long the changelog keeps sessions. Default `retentionMs`. */
  readonly changelogRetentionMs?: number
  /** When the operator emits these sessions. In `safe` the store keeps a session until it is emitted. Default: on update. */
  readonly emit?: EmitStrategy
}

/** The changes that `suppress` holds back, in memory and in a changelog. Only `suppress` makes and sees such a store. */
export interface ChangeBufferSpec extends StoreSpecBase<unknown, unknown> {
  readonly kind: 'change-buffer'
}

/**
 * A store that keeps superseded values for a while, so that a key can be read as of an earlier time (KIP-889). It is never cached.
 */
export interface VersionedKeyValueStoreSpec<K, V> extends StoreSpecBase<K, V> {
  /** A store of versions by key. */
  readonly kind: 'versioned'
  /** Whether timestamps are kept beside values. */
  readonly values: 'plain'
  /** Versioned stores have no record cache. */
  readonly caching: 'disabled'
  /** How far behind the newest record a key can be read, and a version can be put. In ms. */
  readonly historyRetentionMs: number
  /** Superseded values expire by segments of this length. In ms. */
  readonly segmentIntervalMs: number
}

/** The records of a stream that wait for the table they are joined with. Only a join with grace makes and sees such a store. */
export interface RecordBufferSpec extends StoreSpecBase<unknown, unknown> {
  readonly kind: 'record-buffer'
}

/** The specs of stores that users declare. */
export type StoreValueSpec =
  | KeyValueStoreSpec<unknown, unknown>
  | WindowStoreSpec<unknown, unknown>
  | SessionStoreSpec<unknown, unknown>
  | VersionedKeyValueStoreSpec<unknown, unknown>

/** The kinds of stores that users declare. Interactive queries have an asynchronous face for each (`QueryableStores`). */
export type StoreView = StoreValueSpec['kind']

/** The spec of any store. Only operators make buffers. */
export type StoreSpec = StoreValueSpec | ChangeBufferSpec | RecordBufferSpec

/** How far behind its stream time a store still takes rows, in ms. */
export function retentionOf(spec: StoreSpec): number {
  if (spec.kind === 'window' || spec.kind === 'session') return spec.retentionMs
  return spec.kind === 'versioned' ? spec.historyRetentionMs : Infinity
}

/** The length of a segment of a window or session store: as in Java `max(retention / 2, 60 s)` (`Stores.persistentWindowStore`). */
export function segmentIntervalMs(retentionMs: number): number {
  return Math.max(Math.floor(retentionMs / 2), 60_000)
}

/** The default length of a segment of a versioned store, as in Java (`RocksDbVersionedKeyValueBytesStoreSupplier`). */
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
