import { checkOptions, type OptionNames } from '../model/check-options.ts'
import { commonOptionNames, commonSpec, type StoreOptions } from './store-options.ts'
import {
  versionSegmentIntervalMs,
  type KeyValueStoreSpec,
  type SessionStoreSpec,
  type StoredValues,
  type StoreSupplier,
  type VersionedKeyValueStoreSpec,
  type WindowExpiry,
  type WindowStoreSpec,
} from './store-spec.ts'

/** Options of {@link keyValueStore}. */
export interface KeyValueStoreOptions<K, V> extends StoreOptions<K, V> {
  /**
   * How many entries the store keeps, in memory. With more, it deletes the one that was read or written longest ago (Java:
   * `Stores.lruMap`). Default: no limit.
   */
  readonly maxEntries?: number | undefined
}

/** Options of {@link timestampedKeyValueStore}. */
export interface TimestampedKeyValueStoreOptions<K, V> extends KeyValueStoreOptions<K, V> {
  /** See {@link StoreSupplier}: it matters with `compatibility: 'java'` only. Default `timestamped`. */
  readonly supplier?: StoreSupplier | undefined
}

/**
 * Declares a key-value store (Java: `Stores.keyValueStoreBuilder`). The returned value is added to a topology, and passed to
 * `streams.store` for queries.
 *
 * @example
 * const seen = keyValueStore('seen', { key: Serdes.string, value: Serdes.long })
 */
export function keyValueStore<K, V>(name: string, options: KeyValueStoreOptions<K, V> = {}): KeyValueStoreSpec<K, V, 'plain'> {
  checkOptions('keyValueStore()', options, optionNames.keyValue)
  return Object.freeze({ values: 'plain' as const, ...keyValueCommon(name, options) })
}

/**
 * Declares a key-value store that keeps a timestamp beside each value, as tables do (Java:
 * `Stores.timestampedKeyValueStoreBuilder`).
 */
export function timestampedKeyValueStore<K, V>(
  name: string,
  options: TimestampedKeyValueStoreOptions<K, V> = {},
): KeyValueStoreSpec<K, V, 'timestamped'> {
  checkOptions('timestampedKeyValueStore()', options, { ...optionNames.keyValue, supplier: true })
  const { supplier = 'timestamped' } = options
  return Object.freeze({ values: 'timestamped' as const, ...keyValueCommon(name, options), supplier })
}

function keyValueCommon<K, V>(name: string, { maxEntries, ...options }: KeyValueStoreOptions<K, V>) {
  const store = { kind: 'key-value' as const, ...commonSpec(name, options) }
  if (maxEntries === undefined) return store
  if (!Number.isSafeInteger(maxEntries) || maxEntries < 0)
    throw new TypeError(`The store ${name} keeps a whole number of entries, at least 0, not ${String(maxEntries)}.`)
  if (options.medium === 'disk') throw new TypeError(`The store ${name} has maxEntries, so it lives in memory: leave medium out.`)
  return { ...store, medium: 'memory' as const, maxEntries }
}

/** Options of {@link versionedKeyValueStore}. */
export interface VersionedKeyValueStoreOptions<K, V> extends Omit<StoreOptions<K, V>, 'caching'> {
  /** How far behind the newest record a key can be read, and a version can be put. In ms. */
  readonly historyRetentionMs: number
  /** Superseded values expire by segments of this length, in ms. Default: a fraction of the retention, as in Java. */
  readonly segmentIntervalMs?: number | undefined
}

/**
 * Declares a store that knows earlier values of its keys (KIP-889; Java: `Stores.versionedKeyValueStoreBuilder`). A table with such
 * a store is versioned: a late record finds its place among the versions of its key, and does not overwrite a newer one.
 *
 * @example
 * builder.table(prices, { store: versionedKeyValueStore('prices', { historyRetentionMs: 3_600_000 }) })
 */
export function versionedKeyValueStore<K, V>(
  name: string,
  options: VersionedKeyValueStoreOptions<K, V>,
): VersionedKeyValueStoreSpec<K, V> {
  checkOptions('versionedKeyValueStore()', options, optionNames.versioned)
  const { historyRetentionMs, segmentIntervalMs } = options
  const intervalMs = segmentIntervalMs ?? versionSegmentIntervalMs(historyRetentionMs)
  if (!(historyRetentionMs >= 0))
    throw new TypeError(`The store ${name} cannot keep a history of ${historyRetentionMs} ms: historyRetentionMs is at least 0.`)
  if (!(intervalMs >= 1))
    throw new TypeError(`The store ${name} cannot have segments of ${intervalMs} ms: segmentIntervalMs is at least 1.`)
  return Object.freeze({
    kind: 'versioned' as const,
    values: 'plain' as const,
    ...commonSpec(name, options),
    caching: 'disabled' as const,
    historyRetentionMs,
    segmentIntervalMs: intervalMs,
  })
}

/** Options of {@link windowStore}. */
export interface WindowStoreOptions<K, V> extends StoreOptions<K, V> {
  /** How long the store keeps a window, counted from the newest window start. At least `windowSizeMs`. */
  readonly retentionMs: number
  /** How long a window is, in ms. */
  readonly windowSizeMs: number
  /** `keep`: the store keeps every value of the same key and window start; it cannot have a record cache. Default `replace`. */
  readonly duplicates?: 'keep' | 'replace' | undefined
  /** How windows or sessions expire. Default: as in Java's store of the same medium. */
  readonly expiry?: WindowExpiry | undefined
}

/** Declares a window store (Java: `Stores.windowStoreBuilder`). Throws a `TypeError` for options that contradict each other. */
export function windowStore<K, V>(name: string, options: WindowStoreOptions<K, V>): WindowStoreSpec<K, V, 'plain'> {
  checkOptions('windowStore()', options, optionNames.window)
  return windowSpec(name, 'plain', options)
}

/** Options of {@link timestampedWindowStore}. */
export interface TimestampedWindowStoreOptions<K, V> extends WindowStoreOptions<K, V> {
  /** See {@link StoreSupplier}: it matters with `compatibility: 'java'` only. Default `timestamped`. */
  readonly supplier?: StoreSupplier | undefined
}

/** Declares a window store that keeps a timestamp beside each value (Java: `Stores.timestampedWindowStoreBuilder`). */
export function timestampedWindowStore<K, V>(
  name: string,
  options: TimestampedWindowStoreOptions<K, V>,
): WindowStoreSpec<K, V, 'timestamped'> {
  checkOptions('timestampedWindowStore()', options, { ...optionNames.window, supplier: true })
  const { supplier = 'timestamped' } = options
  return Object.freeze({ ...windowSpec(name, 'timestamped', options), supplier })
}

function windowSpec<K, V, Values extends StoredValues>(
  name: string,
  values: Values,
  { retentionMs, windowSizeMs, duplicates = 'replace', expiry = 'default', ...options }: WindowStoreOptions<K, V>,
): WindowStoreSpec<K, V, Values> {
  if (!(retentionMs >= 0))
    throw new TypeError(`The store ${name} cannot retain windows for ${retentionMs} ms: retentionMs is at least 0.`)
  if (!(windowSizeMs >= 0))
    throw new TypeError(`The store ${name} cannot have windows of ${windowSizeMs} ms: windowSizeMs is at least 0.`)
  if (windowSizeMs > retentionMs)
    throw new TypeError(
      `The store ${name} retains ${retentionMs} ms, less than its windows of ${windowSizeMs} ms: give it a longer retentionMs.`,
    )
  if (duplicates === 'keep' && options.caching === 'enabled')
    throw new TypeError(`The store ${name} keeps duplicates, which a cache would lose: disable caching.`)
  return Object.freeze({
    kind: 'window' as const,
    values,
    ...commonSpec(name, options),
    retentionMs,
    windowSizeMs,
    duplicates,
    expiry,
  })
}

/** Options of {@link sessionStore}. */
export interface SessionStoreOptions<K, V> extends StoreOptions<K, V> {
  /** How long the store keeps a session, counted from the newest session end. */
  readonly retentionMs: number
  /** How windows or sessions expire. Default: as in Java's store of the same medium. */
  readonly expiry?: WindowExpiry | undefined
}

/** Declares a session store (Java: `Stores.sessionStoreBuilder`). Throws a `TypeError` for a negative retention. */
export function sessionStore<K, V>(name: string, options: SessionStoreOptions<K, V>): SessionStoreSpec<K, V> {
  checkOptions('sessionStore()', options, optionNames.session)
  const { retentionMs, expiry = 'default', ...rest } = options
  if (!(retentionMs >= 0))
    throw new TypeError(`The store ${name} cannot retain sessions for ${retentionMs} ms: retentionMs is at least 0.`)
  return Object.freeze({ kind: 'session' as const, values: 'plain' as const, ...commonSpec(name, rest), retentionMs, expiry })
}

const { caching: _, ...uncachedNames } = commonOptionNames

/** The names of all options, by kind of store: what is not among them is refused. */
const optionNames: {
  readonly keyValue: OptionNames<KeyValueStoreOptions<unknown, unknown>>
  readonly versioned: OptionNames<VersionedKeyValueStoreOptions<unknown, unknown>>
  readonly window: OptionNames<WindowStoreOptions<unknown, unknown>>
  readonly session: OptionNames<SessionStoreOptions<unknown, unknown>>
} = {
  keyValue: { ...commonOptionNames, maxEntries: true },
  versioned: { ...uncachedNames, historyRetentionMs: true, segmentIntervalMs: true },
  window: { ...commonOptionNames, retentionMs: true, windowSizeMs: true, duplicates: true, expiry: true },
  session: { ...commonOptionNames, retentionMs: true, expiry: true },
}
