import type { ValueAndTimestamp } from '../model/value-and-timestamp.ts'
import type { KeyValue } from '../model/key-value.ts'
import type { HistoryOptions, VersionedRecord } from '../state/versioned/versioned-key-value-store.ts'
import type { StoreView } from '../state/store-spec.ts'
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
  /** As `range`, from the last key to the first. */
  reverseRange(from: K | null, to: K | null): StoreRows<KeyValue<K, V>>
  /** All entries, in key order. */
  all(): StoreRows<KeyValue<K, V>>
  /** All entries, from the last key to the first. */
  reverseAll(): StoreRows<KeyValue<K, V>>
  /** All entries whose serialized key starts with these bytes. */
  prefixScan(prefix: Uint8Array): StoreRows<KeyValue<K, V>>
  /** How many entries there are, about. */
  approximateNumEntries(): Promise<number>
}

/** A window store for queries (Java: `ReadOnlyWindowStore`). Values come without their times. Times are window starts in ms, both included. */
export interface QueryableWindowStore<K, V> {
  /** The value of the window that starts at `startMs`, or null. Not for stores that keep duplicates. */
  fetchOne(key: K, startMs: number): Promise<V | null>
  /** The windows of a key that start between two times, in order of time. */
  fetch(key: K, fromMs: number, toMs: number): StoreRows<WindowEntry<V>>
  /** As `fetch`, the latest first. */
  backwardFetch(key: K, fromMs: number, toMs: number): StoreRows<WindowEntry<V>>
  /** By key range; null = open end. */
  fetchRange(fromKey: K | null, toKey: K | null, fromMs: number, toMs: number): StoreRows<WindowedEntry<K, V>>
  /** As `fetchRange`, in the opposite order. */
  backwardFetchRange(fromKey: K | null, toKey: K | null, fromMs: number, toMs: number): StoreRows<WindowedEntry<K, V>>
  /** The windows of all keys that start between two times. */
  fetchAll(fromMs: number, toMs: number): StoreRows<WindowedEntry<K, V>>
  /** As `fetchAll`, in the opposite order. */
  backwardFetchAll(fromMs: number, toMs: number): StoreRows<WindowedEntry<K, V>>
  /** All windows of all keys. */
  all(): StoreRows<WindowedEntry<K, V>>
  /** As `all`, in the opposite order. */
  backwardAll(): StoreRows<WindowedEntry<K, V>>
}

/** A session store for queries (Java: `ReadOnlySessionStore`). Times are in ms, bounds are included; by key range, null = open end. */
export interface QueryableSessionStore<K, V> {
  /** The session with exactly these bounds, or null. */
  fetchSession(key: K, startMs: number, endMs: number): Promise<V | null>
  /** All sessions of a key, in order of time. */
  fetch(key: K): StoreRows<WindowedEntry<K, V>>
  /** All sessions of a key, the latest first. */
  backwardFetch(key: K): StoreRows<WindowedEntry<K, V>>
  /** All sessions of a range of keys. */
  fetchRange(fromKey: K | null, toKey: K | null): StoreRows<WindowedEntry<K, V>>
  /** As `fetchRange`, in the opposite order. */
  backwardFetchRange(fromKey: K | null, toKey: K | null): StoreRows<WindowedEntry<K, V>>
  /** Sessions that end at `earliestEndMs` or after it, and start at `latestStartMs` or before it. */
  findSessions(key: K, earliestEndMs: number, latestStartMs: number): StoreRows<WindowedEntry<K, V>>
  /** As `findSessions`, in the opposite order. */
  backwardFindSessions(key: K, earliestEndMs: number, latestStartMs: number): StoreRows<WindowedEntry<K, V>>
  /** As `findSessions`, of a range of keys. */
  findSessionsRange(
    fromKey: K | null,
    toKey: K | null,
    earliestEndMs: number,
    latestStartMs: number,
  ): StoreRows<WindowedEntry<K, V>>
  /** As `findSessionsRange`, in the opposite order. */
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
  /** What can be asked of a key-value store. */
  readonly 'key-value': QueryableKeyValueStore<K, V>
  /** What can be asked of a window store. */
  readonly window: QueryableWindowStore<K, V>
  /** What can be asked of a session store. */
  readonly session: QueryableSessionStore<K, V>
  /** What can be asked of a versioned store. */
  readonly versioned: QueryableVersionedStore<K, V>
}

/** How the partitions of a store answer together. `first`: a key is in one of them. `sum`: each counts its own. */
interface ValueMethod {
  readonly together: 'first' | 'sum'
}

/** The partitions answer one after the other, in pages. */
interface RowsMethod<Parameters extends number = number> {
  readonly together: 'rows'
  /** How many values the method takes, optional ones included. The position of a page follows them. */
  readonly parameters: Parameters
}

/** A method of a store that queries may call. */
export type QueryMethod = ValueMethod | RowsMethod

type MethodsOf<Face> = { readonly [Name in keyof Face]: MethodOf<Face[Name]> }
type MethodOf<F> = F extends (...values: infer Values) => infer Answer
  ? Answer extends Promise<unknown>
    ? ValueMethod
    : RowsMethod<Required<Values>['length']>
  : never

const first = { together: 'first' } as const
const sum = { together: 'sum' } as const

/** What can be asked of a store; all else, writes above all, is refused. */
const methods: { readonly [View in StoreView]: MethodsOf<QueryableStores<unknown, unknown>[View]> } = {
  'key-value': {
    get: first,
    approximateNumEntries: sum,
    range: rows(2),
    reverseRange: rows(2),
    all: rows(0),
    reverseAll: rows(0),
    prefixScan: rows(1),
  },
  window: {
    fetchOne: first,
    fetch: rows(3),
    backwardFetch: rows(3),
    fetchRange: rows(4),
    backwardFetchRange: rows(4),
    fetchAll: rows(2),
    backwardFetchAll: rows(2),
    all: rows(0),
    backwardAll: rows(0),
  },
  session: {
    fetchSession: first,
    fetch: rows(1),
    backwardFetch: rows(1),
    fetchRange: rows(2),
    backwardFetchRange: rows(2),
    findSessions: rows(3),
    backwardFindSessions: rows(3),
    findSessionsRange: rows(4),
    backwardFindSessionsRange: rows(4),
  },
  versioned: { get: first, history: rows(2) },
}

/** The methods that queries may call, by name. */
export function queryMethods(view: StoreView): Readonly<Record<string, QueryMethod>> {
  return methods[view]
}

function rows<const N extends number>(parameters: N): RowsMethod<N> {
  return { together: 'rows', parameters }
}
