import { checkTopicName } from '../model/topic.ts'
import type { Serde } from '../model/serde.ts'
import {
  versionSegmentIntervalMs,
  type ChangelogOption,
  type KeyValueStoreSpec,
  type SessionStoreSpec,
  type StoredValues,
  type StoreMedium,
  type StoreSupplier,
  type VersionedKeyValueStoreSpec,
  type WindowExpiry,
  type WindowStoreSpec,
} from './store-spec.ts'

/** What all store values may say. */
export interface StoreOptions<K, V> {
  /** Default: the application's default key serde. */
  readonly key?: Serde<K>
  /** Default: the application's default value serde. */
  readonly value?: Serde<V>
  /** Default: what the application's `defaultStoreMedium` says. */
  readonly medium?: StoreMedium
  /** Record cache (KIP-63). Default `disabled`, as for Java's `StoreBuilder`; the DSL's own stores have it enabled. */
  readonly caching?: 'enabled' | 'disabled'
  /** Default: a changelog with the configuration that Kafka Streams gives it. */
  readonly changelog?: ChangelogOption
}

export interface KeyValueStoreOptions<K, V> extends StoreOptions<K, V> {
  /**
   * Keeps this many entries, in memory: with more, the one that was longest not read or written is deleted (Java: `Stores.lruMap`).
   * Default: no end.
   */
  readonly maxEntries?: number
}

export interface TimestampedKeyValueStoreOptions<K, V> extends KeyValueStoreOptions<K, V> {
  /** Matters with `compatibility: 'java'` only. Default `timestamped`. */
  readonly supplier?: StoreSupplier
}

/**
 * A key-value store as a value (Java: `Stores.keyValueStoreBuilder`): declared once, added to a topology, and asked for by it.
 *
 * @example
 * const seen = keyValueStore('seen', { key: Serdes.string, value: Serdes.long })
 */
export function keyValueStore<K, V>(name: string, options: KeyValueStoreOptions<K, V> = {}): KeyValueStoreSpec<K, V, 'plain'> {
  return Object.freeze({ values: 'plain' as const, ...keyValueCommon(name, options) })
}

/** A key-value store that keeps a timestamp beside each value, as tables do (Java: `Stores.timestampedKeyValueStoreBuilder`). */
export function timestampedKeyValueStore<K, V>(
  name: string,
  { supplier = 'timestamped', ...options }: TimestampedKeyValueStoreOptions<K, V> = {},
): KeyValueStoreSpec<K, V, 'timestamped'> {
  return Object.freeze({ values: 'timestamped' as const, ...keyValueCommon(name, options), supplier })
}

function keyValueCommon<K, V>(name: string, { maxEntries, ...options }: KeyValueStoreOptions<K, V>) {
  const store = { kind: 'key-value' as const, ...common(name, options) }
  if (maxEntries === undefined) return store
  if (!Number.isSafeInteger(maxEntries) || maxEntries < 0)
    throw new TypeError(`The store ${name} keeps a whole number of entries, at least 0, not ${String(maxEntries)}.`)
  if (options.medium === 'disk') throw new TypeError(`The store ${name} has maxEntries, so that it lives in memory.`)
  return { ...store, medium: 'memory' as const, maxEntries }
}

export interface VersionedKeyValueStoreOptions<K, V> extends Omit<StoreOptions<K, V>, 'caching'> {
  /** How far behind the newest record a key can be read, and a record may still be put. In ms. */
  readonly historyRetentionMs: number
  /** Superseded values expire by segments of this much time, in ms. Default: a fraction of the retention, as in Java. */
  readonly segmentIntervalMs?: number
}

/**
 * A store that knows what a key's value was (KIP-889; Java: `Stores.versionedKeyValueStoreBuilder`). Given to a table as its store, it makes
 * the table versioned: late records find their place among the versions of their key, instead of overwriting a newer one.
 *
 * @example
 * builder.table(prices, { store: versionedKeyValueStore('prices', { historyRetentionMs: 3_600_000 }) })
 */
export function versionedKeyValueStore<K, V>(
  name: string,
  { historyRetentionMs, segmentIntervalMs, ...options }: VersionedKeyValueStoreOptions<K, V>,
): VersionedKeyValueStoreSpec<K, V> {
  const intervalMs = segmentIntervalMs ?? versionSegmentIntervalMs(historyRetentionMs)
  if (!(historyRetentionMs >= 0)) throw new TypeError(`The store ${name} cannot keep a history of ${historyRetentionMs} ms.`)
  if (!(intervalMs >= 1)) throw new TypeError(`The store ${name} cannot have segments of ${intervalMs} ms.`)
  return Object.freeze({
    kind: 'versioned' as const,
    values: 'plain' as const,
    ...common(name, options),
    caching: 'disabled' as const,
    historyRetentionMs,
    segmentIntervalMs: intervalMs,
  })
}

export interface WindowStoreOptions<K, V> extends StoreOptions<K, V> {
  /** How long, after the newest window start, a window is kept. At least `windowSizeMs`. */
  readonly retentionMs: number
  readonly windowSizeMs: number
  /** `keep` keeps every value of the same key and window start. Default `replace`. Excludes caching. */
  readonly duplicates?: 'keep' | 'replace'
  /** Default: as Java's store of the same medium. */
  readonly expiry?: WindowExpiry
}

/** A window store as a value (Java: `Stores.windowStoreBuilder`). Throws a `TypeError` for options that contradict each other. */
export function windowStore<K, V>(name: string, options: WindowStoreOptions<K, V>): WindowStoreSpec<K, V, 'plain'> {
  return windowSpec(name, 'plain', options)
}

export interface TimestampedWindowStoreOptions<K, V> extends WindowStoreOptions<K, V> {
  /** Matters with `compatibility: 'java'` only. Default `timestamped`. */
  readonly supplier?: StoreSupplier
}

/** A window store that keeps a timestamp beside each value (Java: `Stores.timestampedWindowStoreBuilder`). */
export function timestampedWindowStore<K, V>(
  name: string,
  { supplier = 'timestamped', ...options }: TimestampedWindowStoreOptions<K, V>,
): WindowStoreSpec<K, V, 'timestamped'> {
  return Object.freeze({ ...windowSpec(name, 'timestamped', options), supplier })
}

function windowSpec<K, V, Values extends StoredValues>(
  name: string,
  values: Values,
  { retentionMs, windowSizeMs, duplicates = 'replace', expiry = 'default', ...options }: WindowStoreOptions<K, V>,
): WindowStoreSpec<K, V, Values> {
  if (!(retentionMs >= 0)) throw new TypeError(`The store ${name} cannot retain windows for ${retentionMs} ms.`)
  if (!(windowSizeMs >= 0)) throw new TypeError(`The store ${name} cannot have windows of ${windowSizeMs} ms.`)
  if (windowSizeMs > retentionMs)
    throw new TypeError(`The store ${name} retains ${retentionMs} ms: too short for windows of ${windowSizeMs} ms.`)
  if (duplicates === 'keep' && options.caching === 'enabled')
    throw new TypeError(`The store ${name} keeps duplicates, which a cache would lose: disable caching.`)
  return Object.freeze({
    kind: 'window' as const,
    values,
    ...common(name, options),
    retentionMs,
    windowSizeMs,
    duplicates,
    expiry,
  })
}

export interface SessionStoreOptions<K, V> extends StoreOptions<K, V> {
  /** How long, after the newest session end, a session is kept. */
  readonly retentionMs: number
  /** Default: as Java's store of the same medium. */
  readonly expiry?: WindowExpiry
}

/** A session store as a value (Java: `Stores.sessionStoreBuilder`). Throws a `TypeError` for a negative retention. */
export function sessionStore<K, V>(name: string, options: SessionStoreOptions<K, V>): SessionStoreSpec<K, V> {
  const { retentionMs, expiry = 'default', ...rest } = options
  if (!(retentionMs >= 0)) throw new TypeError(`The store ${name} cannot retain sessions for ${retentionMs} ms.`)
  return Object.freeze({ kind: 'session' as const, values: 'plain' as const, ...common(name, rest), retentionMs, expiry })
}

function common<K, V>(name: string, options: StoreOptions<K, V>) {
  const { key, value, medium = 'default', caching = 'disabled', changelog = { config: {} } } = options
  return { name: checkTopicName(name), key, value, medium, caching, changelog }
}
