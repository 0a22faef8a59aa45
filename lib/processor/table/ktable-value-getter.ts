import { valueAndTimestamp, type ValueAndTimestamp } from '../../model/value-and-timestamp.ts'
import type { Windowed } from '../../model/windowed.ts'
import type { SessionStore } from '../../state/session/session-store.ts'
import type { TimestampedWindowStore } from '../../state/window/window-store.ts'
import { lambdaResult } from '../lambda-result.ts'
import type { ProcessorContext } from '../processor.ts'
import { tableStore, type TableStore } from './table-store.ts'

/**
 * `newest`: what the table is now. `flushed`: what those know of it who are told of its changes, which caches hold back for a while; in
 * the end they are the same.
 */
export type TableReads = 'newest' | 'flushed'

/** Reads a table by key, for joins: from its store, or computed from the tables it is made of. */
export interface KTableValueGetter<K, V> {
  init(context: ProcessorContext<never, never>, reads: TableReads): void
  get(key: K): ValueAndTimestamp<V> | null
  /** The row as of a time: there, after `init`, where the table keeps versions. */
  getAsOf?: ((key: K, timestamp: number) => ValueAndTimestamp<V> | null) | undefined
}

/** Makes getters, one per processor that reads the table. The processor must be connected to `storeNames`. */
export interface KTableValueGetterSupplier<K, V> {
  readonly storeNames: readonly string[]
  get(): KTableValueGetter<K, V>
}

/** A table that is materialised in a timestamped key-value store. */
export function materializedGetter<K, V>(storeName: string): KTableValueGetterSupplier<K, V> {
  return { storeNames: [storeName], get: () => new KeyValueGetter<K, V>(storeName) }
}

/** A windowed table that is materialised in a timestamped window store. */
export function windowedGetter<K, V>(storeName: string): KTableValueGetterSupplier<Windowed<K>, V> {
  return { storeNames: [storeName], get: () => new WindowGetter<K, V>(storeName) }
}

/** A table of sessions that is materialised in a session store; the time of a session is its end. */
export function sessionGetter<K, V>(storeName: string): KTableValueGetterSupplier<Windowed<K>, V> {
  return { storeNames: [storeName], get: () => new SessionGetter<K, V>(storeName) }
}

/** What `filter` leaves of a table that is not materialised itself. `predicate` is never asked about null. */
export function filteredGetter<K, V>(
  parent: KTableValueGetterSupplier<K, V>,
  predicate: (value: V, key: K) => boolean,
): KTableValueGetterSupplier<K, V> {
  return derivedGetter(parent, (row, key) => (predicate(row.value, key) ? row : null))
}

/** What `mapValues` makes of a table that is not materialised itself. */
export function mappedGetter<K, V, VOut>(
  parent: KTableValueGetterSupplier<K, V>,
  mapper: (value: V, key: K) => VOut | null,
  nodeName: string,
): KTableValueGetterSupplier<K, VOut> {
  return derivedGetter(parent, (row, key) => timestamped(lambdaResult(mapper(row.value, key), 'mapper', nodeName), row.timestamp))
}

/** Applies `derive` to every row that is read. */
function derivedGetter<K, V, VOut>(
  parent: KTableValueGetterSupplier<K, V>,
  derive: (row: ValueAndTimestamp<V>, key: K) => ValueAndTimestamp<VOut> | null,
): KTableValueGetterSupplier<K, VOut> {
  const orNull = (row: ValueAndTimestamp<V> | null, key: K): ValueAndTimestamp<VOut> | null =>
    row === null ? null : derive(row, key)
  return { storeNames: parent.storeNames, get: () => new DerivedGetter(parent.get(), orNull) }
}

/** A null value is no row (Java: `ValueAndTimestamp.make`). */
export function timestamped<V>(value: V | null, timestamp: number): ValueAndTimestamp<V> | null {
  return value === null ? null : valueAndTimestamp(value, timestamp)
}

/** Reads a table through its parent's rows, null where there is none. */
export class DerivedGetter<K, V, VOut> implements KTableValueGetter<K, VOut> {
  getAsOf: KTableValueGetter<K, VOut>['getAsOf']
  readonly #parent: KTableValueGetter<K, V>
  readonly #derive: (row: ValueAndTimestamp<V> | null, key: K) => ValueAndTimestamp<VOut> | null

  constructor(
    parent: KTableValueGetter<K, V>,
    derive: (row: ValueAndTimestamp<V> | null, key: K) => ValueAndTimestamp<VOut> | null,
  ) {
    this.#parent = parent
    this.#derive = derive
  }

  init(context: ProcessorContext<never, never>, reads: TableReads): void {
    const parent = this.#parent
    parent.init(context, reads)
    if (parent.getAsOf !== undefined)
      this.getAsOf = (key, timestamp) => this.#derive(parent.getAsOf?.(key, timestamp) ?? null, key)
  }

  get(key: K): ValueAndTimestamp<VOut> | null {
    return this.#derive(this.#parent.get(key), key)
  }
}

class KeyValueGetter<K, V> implements KTableValueGetter<K, V> {
  getAsOf: KTableValueGetter<K, V>['getAsOf']
  readonly #storeName: string
  #reads!: TableReads
  #store!: TableStore<K, V>

  constructor(storeName: string) {
    this.#storeName = storeName
  }

  init(context: ProcessorContext<never, never>, reads: TableReads): void {
    this.#reads = reads
    const store = tableStore<K, V>(context, this.#storeName)
    this.#store = store
    this.getAsOf = store.getAsOf && ((key, timestamp) => store.getAsOf!(key, timestamp))
  }

  get(key: K): ValueAndTimestamp<V> | null {
    return this.#reads === 'newest' ? this.#store.get(key) : this.#store.getFlushed(key)
  }
}

// Windows and sessions are read as they are now: behind a cache they may have been forgotten meanwhile.

class WindowGetter<K, V> implements KTableValueGetter<Windowed<K>, V> {
  readonly #storeName: string
  #store!: TimestampedWindowStore<K, V>

  constructor(storeName: string) {
    this.#storeName = storeName
  }

  init(context: ProcessorContext<never, never>): void {
    this.#store = context.stateStore(this.#storeName)
  }

  get({ key, startMs }: Windowed<K>): ValueAndTimestamp<V> | null {
    return this.#store.fetchOne(key, startMs)
  }
}

class SessionGetter<K, V> implements KTableValueGetter<Windowed<K>, V> {
  readonly #storeName: string
  #store!: SessionStore<K, V>

  constructor(storeName: string) {
    this.#storeName = storeName
  }

  init(context: ProcessorContext<never, never>): void {
    this.#store = context.stateStore(this.#storeName)
  }

  get({ key, startMs, endMs }: Windowed<K>): ValueAndTimestamp<V> | null {
    return timestamped(this.#store.fetchSession(key, startMs, endMs), endMs)
  }
}
