import type { ValueAndTimestamp } from '../model/value-and-timestamp.ts'
import type { KeyValue } from '../model/key-value.ts'
import type { HistoryOptions, VersionedRecord } from '../state/versioned/versioned-key-value-store.ts'
import type { StoreView } from '../state/store-views.ts'
import type { WindowedEntry, WindowEntry } from '../state/window/window-store.ts'

/**
 * Rows of a store, for `for await`. They are read in pages of at most 1,000 rows, each of which is a snapshot of its own: what is
 * written between two pages may be seen or not, and no row comes twice. Between pages nothing of the store is held, so a loop may
 * take its time, and may end early.
 *
 * Rows come partition by partition, in the order of the store within each.
 */
export type StoreRows<T> = AsyncIterableIterator<T>

/** A key-value store for queries (Java: `ReadOnlyKeyValueStore`). Values come without their times. */
export interface QueryableKeyValueStore<K, V> {
  /** Null where the key is in no partition of this process. */
  get(key: K): Promise<V | null>
  /** Both ends included; null = open. An inverted range is empty. */
  range(from: K | null, to: K | null): StoreRows<KeyValue<K, V>>
  reverseRange(from: K | null, to: K | null): StoreRows<KeyValue<K, V>>
  all(): StoreRows<KeyValue<K, V>>
  reverseAll(): StoreRows<KeyValue<K, V>>
  /** All entries whose serialized key starts with these bytes. */
  prefixScan(prefix: Uint8Array): StoreRows<KeyValue<K, V>>
  approximateNumEntries(): Promise<number>
}

/** A window store for queries (Java: `ReadOnlyWindowStore`). Values come without their times. Times are window starts in ms, both included. */
export interface QueryableWindowStore<K, V> {
  /** The value of the window that starts at `startMs`, or null. Not for stores that keep duplicates. */
  fetchOne(key: K, startMs: number): Promise<V | null>
  fetch(key: K, fromMs: number, toMs: number): StoreRows<WindowEntry<V>>
  backwardFetch(key: K, fromMs: number, toMs: number): StoreRows<WindowEntry<V>>
  /** By key range; null = open end. */
  fetchRange(fromKey: K | null, toKey: K | null, fromMs: number, toMs: number): StoreRows<WindowedEntry<K, V>>
  backwardFetchRange(fromKey: K | null, toKey: K | null, fromMs: number, toMs: number): StoreRows<WindowedEntry<K, V>>
  fetchAll(fromMs: number, toMs: number): StoreRows<WindowedEntry<K, V>>
  backwardFetchAll(fromMs: number, toMs: number): StoreRows<WindowedEntry<K, V>>
  all(): StoreRows<WindowedEntry<K, V>>
  backwardAll(): StoreRows<WindowedEntry<K, V>>
}

/** A session store for queries (Java: `ReadOnlySessionStore`). Times are in ms, bounds are included; by key range, null = open end. */
export interface QueryableSessionStore<K, V> {
  /** The session with exactly these bounds, or null. */
  fetchSession(key: K, startMs: number, endMs: number): Promise<V | null>
  fetch(key: K): StoreRows<WindowedEntry<K, V>>
  backwardFetch(key: K): StoreRows<WindowedEntry<K, V>>
  fetchRange(fromKey: K | null, toKey: K | null): StoreRows<WindowedEntry<K, V>>
  backwardFetchRange(fromKey: K | null, toKey: K | null): StoreRows<WindowedEntry<K, V>>
  /** Sessions that end at `earliestEndMs` or after it, and start at `latestStartMs` or before it. */
  findSessions(key: K, earliestEndMs: number, latestStartMs: number): StoreRows<WindowedEntry<K, V>>
  backwardFindSessions(key: K, earliestEndMs: number, latestStartMs: number): StoreRows<WindowedEntry<K, V>>
  findSessionsRange(
    fromKey: K | null,
    toKey: K | null,
    earliestEndMs: number,
    latestStartMs: number,
  ): StoreRows<WindowedEntry<K, V>>
  backwardFindSessionsRange(
    fromKey: K | null,
    toKey: K | null,
    earliestEndMs: number,
    latestStartMs: number,
  ): StoreRows<WindowedEntry<K, V>>
}

/** A versioned store for queries (Java: `VersionedKeyQuery`, `MultiVersionedKeyQuery`). A version is a value with its time. */
export interface QueryableVersionedStore<K, V> {
  /** The latest version, or the one that was valid at `asOfMs`; null where there is none. */
  get(key: K, asOfMs?: number): Promise<ValueAndTimestamp<V> | null>
  /** The versions of a key that are kept, with their ends. Deletions are the gaps between them. */
  history(key: K, options?: HistoryOptions): StoreRows<VersionedRecord<V>>
}

/** What `streams.store` answers, by the kind of the store. */
export interface QueryableStores<K, V> extends Record<StoreView, unknown> {
  readonly 'key-value': QueryableKeyValueStore<K, V>
  readonly window: QueryableWindowStore<K, V>
  readonly session: QueryableSessionStore<K, V>
  readonly versioned: QueryableVersionedStore<K, V>
}
