import { valueAndTimestamp, type ValueAndTimestamp } from '../../model/value-and-timestamp.ts'
import type { Windowed } from '../../model/windowed.ts'
import type { SessionStore } from '../../state/session/session-store.ts'
import type { TimestampedWindowStore } from '../../state/window/window-store.ts'
import type { ProcessorContext } from '../processor.ts'
import { derive, type TableDerivation } from './table-derivation.ts'
import { tableStore, type TableStore } from './table-store.ts'

/**
 * The updates of a table that a reader sees. `newest`: all updates. `flushed`: only the updates that the record cache has already
 * forwarded downstream. After a flush both are the same.
 */
export type TableReads = 'newest' | 'flushed'

/** Reads a table by key, for joins. If the table has no store, the getter computes the row from the parent tables. */
export interface KTableValueGetter<K, V> {
  init(context: ProcessorContext<never, never>, reads: TableReads): void
  get(key: K): ValueAndTimestamp<V> | null
  /** Returns the row as of a time. Present after `init` if the table is versioned. */
  getAsOf?: ((key: K, timestamp: number) => ValueAndTimestamp<V> | null) | undefined
}

/**
 * Describes by plain data how a processor reads a table: the class of the getter and its options. The processor must be connected
 * to the stores of `storeNames`.
 */
export interface KTableValueGetterSupplier<K, V> {
  readonly storeNames: readonly string[]
  readonly getter: new (options: never) => KTableValueGetter<K, V>
  readonly options: object
}

/** Makes a getter. Each processor that reads the table has its own. */
export function makeGetter<K, V>({ getter, options }: KTableValueGetterSupplier<K, V>): KTableValueGetter<K, V> {
  return new getter(options as never)
}

interface StoredTable {
  readonly storeName: string
}

/** Reads a table from its timestamped key-value store. */
export function materializedGetter<K, V>(storeName: string): KTableValueGetterSupplier<K, V> {
  return { storeNames: [storeName], getter: KeyValueGetter<K, V>, options: { storeName } }
}

/** Reads a windowed table from its timestamped window store. */
export function windowedGetter<K, V>(storeName: string): KTableValueGetterSupplier<Windowed<K>, V> {
  return { storeNames: [storeName], getter: WindowGetter<K, V>, options: { storeName } }
}

/** Reads a table of sessions from its session store. The timestamp of a session is its end. */
export function sessionGetter<K, V>(storeName: string): KTableValueGetterSupplier<Windowed<K>, V> {
  return { storeNames: [storeName], getter: SessionGetter<K, V>, options: { storeName } }
}

export interface DerivedTable<K, V, VR> {
  readonly parent: KTableValueGetterSupplier<K, V>
  readonly derivation: TableDerivation<K, V, VR>
  readonly nodeName: string
}

/** Reads a table of `filter` or `mapValues` that has no store. */
export function derivedGetter<K, V, VR>(table: DerivedTable<K, V, VR>): KTableValueGetterSupplier<K, VR> {
  return { storeNames: table.parent.storeNames, getter: DerivedGetter<K, V, VR>, options: table }
}

/** Returns a row with a timestamp. For a null value it returns null, because there is no row (Java: `ValueAndTimestamp.make`). */
export function timestamped<V>(value: V | null, timestamp: number): ValueAndTimestamp<V> | null {
  return value === null ? null : valueAndTimestamp(value, timestamp)
}

/** Reads a table by deriving its rows from those of its parent. */
export abstract class RowGetter<K, V, VOut> implements KTableValueGetter<K, VOut> {
  getAsOf: KTableValueGetter<K, VOut>['getAsOf']
  readonly #parent: KTableValueGetter<K, V>

  constructor(parent: KTableValueGetterSupplier<K, V>) {
    this.#parent = makeGetter(parent)
  }

  init(context: ProcessorContext<never, never>, reads: TableReads): void {
    const parent = this.#parent
    parent.init(context, reads)
    if (parent.getAsOf !== undefined) this.getAsOf = (key, timestamp) => this.row(parent.getAsOf?.(key, timestamp) ?? null, key)
  }

  get(key: K): ValueAndTimestamp<VOut> | null {
    return this.row(this.#parent.get(key), key)
  }

  /** Derives the row from a row of the parent. Null if there is none. */
  protected abstract row(parent: ValueAndTimestamp<V> | null, key: K): ValueAndTimestamp<VOut> | null
}

class DerivedGetter<K, V, VOut> extends RowGetter<K, V, VOut> {
  readonly #table: DerivedTable<K, V, VOut>

  constructor(table: DerivedTable<K, V, VOut>) {
    super(table.parent)
    this.#table = table
  }

  protected row(parent: ValueAndTimestamp<V> | null, key: K): ValueAndTimestamp<VOut> | null {
    if (parent === null) return null
    const { derivation, nodeName } = this.#table
    return timestamped(derive(derivation, parent.value, key, nodeName), parent.timestamp)
  }
}

class KeyValueGetter<K, V> implements KTableValueGetter<K, V> {
  getAsOf: KTableValueGetter<K, V>['getAsOf']
  readonly #storeName: string
  #reads!: TableReads
  #store!: TableStore<K, V>

  constructor({ storeName }: StoredTable) {
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

// Windows and sessions are always read as `newest`: the store below the cache may have forgotten them by its retention.

class WindowGetter<K, V> implements KTableValueGetter<Windowed<K>, V> {
  readonly #storeName: string
  #store!: TimestampedWindowStore<K, V>

  constructor({ storeName }: StoredTable) {
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

  constructor({ storeName }: StoredTable) {
    this.#storeName = storeName
  }

  init(context: ProcessorContext<never, never>): void {
    this.#store = context.stateStore(this.#storeName)
  }

  get({ key, startMs, endMs }: Windowed<K>): ValueAndTimestamp<V> | null {
    return timestamped(this.#store.fetchSession(key, startMs, endMs), endMs)
  }
}
