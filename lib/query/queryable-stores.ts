import type { ValueAndTimestamp } from '../model/value-and-timestamp.ts'
import type { KeyValue } from '../model/key-value.ts'
import type { HistoryOptions, VersionedRecord } from '../state/versioned/versioned-key-value-store.ts'
import type { StoreView } from '../state/store-spec.ts'
import type { WindowedEntry, WindowEntry } from '../state/window/window-store.ts'

/**
 * Rows of a store, for `for await`. They are read in pages of at most 1,000 rows. Each page is a snapshot of its own: a row that is
 * written between two pages may be seen or not, but no row comes twice. Between pages no reader of the store stays open, so a loop
 * may take its time, and may end early.
 *
 * Rows come partition by partition; within a partition they come in the order of the store.
 */
export type StoreRows<T> = AsyncIterableIterator<T>

/** What of a store is asked (Java: `StoreQueryParameters`). */
export interface StoreQueryOptions {
  /** Only this partition (Java: `withPartition`). A global store has none, and answers as a whole. Default: all that this process has. */
  readonly partition?: number | undefined
}

/** A key-value store for queries (Java: `ReadOnlyKeyValueStore`). Values come without their timestamps. */
export interface QueryableKeyValueStore<K, V> {
  /** The value of the key; null if no partition of this process has it. */
  get(key: K): Promise<V | null>
  /** Entries from `from` to `to`, both included, in order of the serialized keys. Null: no bound. An inverted range is empty. */
  range(from: K | null, to: K | null): StoreRows<KeyValue<K, V>>
  /** As `range`, from the last key to the first. */
  reverseRange(from: K | null, to: K | null): StoreRows<KeyValue<K, V>>
  /** All entries, in key order. */
  all(): StoreRows<KeyValue<K, V>>
  /** All entries, from the last key to the first. */
  reverseAll(): StoreRows<KeyValue<K, V>>
  /** All entries whose serialized key starts with these bytes. */
  prefixScan(prefix: Uint8Array): StoreRows<KeyValue<K, V>>
  /** The number of entries, roughly. */
  approximateNumEntries(): Promise<number>
}

/**
 * A window store for queries (Java: `ReadOnlyWindowStore`). Values come without their timestamps. Times are window starts in ms;
 * `fromMs` and `toMs` are included.
 */
export interface QueryableWindowStore<K, V> {
  /** The value of the window that starts at `startMs`, or null. Not for stores that keep duplicates. */
  fetchOne(key: K, startMs: number): Promise<V | null>
  /** The windows of a key that start between two times, in order of time. */
  fetch(key: K, fromMs: number, toMs: number): StoreRows<WindowEntry<V>>
  /** As `fetch`, the latest first. */
  backwardFetch(key: K, fromMs: number, toMs: number): StoreRows<WindowEntry<V>>
  /** Windows of all keys from `fromKey` to `toKey`, both included. Null: no bound. */
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

/** A session store for queries (Java: `ReadOnlySessionStore`). Times are in ms. Bounds are included; a bound of null is none. */
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
  /** The latest version, or the one that was valid at `asOfMs`; null if there is none. */
  get(key: K, asOfMs?: number): Promise<ValueAndTimestamp<V> | null>
  /** The stored versions of a key, each with the time at which it ended. A gap between two versions is a deletion. */
  history(key: K, options?: HistoryOptions): StoreRows<VersionedRecord<V>>
}

/** The type that `streams.store` returns for each kind of store. */
export interface QueryableStores<K, V> extends Record<StoreView, unknown> {
  /** The queries of a key-value store. */
  readonly 'key-value': QueryableKeyValueStore<K, V>
  /** The queries of a window store. */
  readonly window: QueryableWindowStore<K, V>
  /** The queries of a session store. */
  readonly session: QueryableSessionStore<K, V>
  /** The queries of a versioned store. */
  readonly versioned: QueryableVersionedStore<K, V>
}

/**
 * How the answers of a store's partitions become one value. `first`: only one partition has the key, and the result is its answer.
 * `sum`: the numbers of all partitions are added.
 */
type ValueMethod = FirstMethod | SumMethod

/** A partition that does not have the key answers null; then the next one is asked. */
interface FirstMethod {
  readonly together: 'first'
}

interface SumMethod {
  readonly together: 'sum'
}

/** A method that returns rows. The rows of one partition follow those of another, in pages. */
interface RowsMethod<Parameters extends number = number> {
  readonly together: 'rows'
  /** How many values the method takes, optional ones included. The position of a page follows them. */
  readonly parameters: Parameters
}

/** A method of a store that queries may call. */
export type QueryMethod = ValueMethod | RowsMethod

type MethodsOf<Face> = { readonly [Name in keyof Face]: MethodOf<Face[Name]> }
/** `never`: the answers of partitions cannot be put together. Rows are objects; a value is a number, or null where there is none. */
type MethodOf<F> = F extends (...values: infer Values) => infer Answer
  ? Answer extends StoreRows<object>
    ? RowsMethod<Required<Values>['length']>
    : Answer extends Promise<number>
      ? SumMethod
      : null extends Awaited<Answer>
        ? FirstMethod
        : never
  : never

const first = { together: 'first' } as const
const sum = { together: 'sum' } as const

/** The methods that queries may call. All others, above all those that write, are refused. */
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
