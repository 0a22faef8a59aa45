import { valueAndTimestamp, type ValueAndTimestamp } from '../../model/value-and-timestamp.ts'
import type { Windowed } from '../../model/windowed.ts'
import type { SessionStore } from '../../state/session/session-store.ts'
import type { TimestampedWindowStore } from '../../state/window/window-store.ts'
import type { ProcessorContext } from '../processor.ts'
import { derive, type TableDerivation } from './table-derivation.ts'
import { tableStore, type TableStore } from './table-store.ts'

/**
 * Which rows a reader of a table sees. `newest`: all updates. `flushed`: the updates that the record cache has forwarded downstream so far. After
 * each flush both are the same.
 */
export type TableReads = 'newest' | 'flushed'

/** Reads a table by key, for joins: from the store of the table, or computed from the tables that it is made of. */
export interface KTableValueGetter<K, V> {
  init(context: ProcessorContext<never, never>, reads: TableReads): void
  get(key: K): ValueAndTimestamp<V> | null
  /** The row as of a time. Present after `init` if the table keeps versions. */
  getAsOf?: ((key: K, timestamp: number) => ValueAndTimestamp<V> | null) | undefined
}

/**
 * How a processor reads a table: the class of its getter, and that one's options, as a plain value. The processor must be connected to
 * `storeNames`.
 */
export interface KTableValueGetterSupplier<K, V> {
  readonly storeNames: readonly string[]
  readonly getter: new (options: never) => KTableValueGetter<K, V>
  readonly options: object
}

/** Each processor that reads the table has a getter of its own. */
export function makeGetter<K, V>({ getter, options }: KTableValueGetterSupplier<K, V>): KTableValueGetter<K, V> {
  return new getter(options as never)
}

interface StoredTable {
  readonly storeName: string
}

/** A table that is materialised in a timestamped key-value store. */
export function materializedGetter<K, V>(storeName: string): KTableValueGetterSupplier<K, V> {
  return { storeNames: [storeName], getter: KeyValueGetter<K, V>, options: { storeName } }
}

/** A windowed table that is materialised in a timestamped window store. */
export function windowedGetter<K, V>(storeName: string): KTableValueGetterSupplier<Windowed<K>, V> {
  return { storeNames: [storeName], getter: WindowGetter<K, V>, options: { storeName } }
}

/** A table of sessions that is materialised in a session store; the time of a session is its end. */
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

/** A row with a timestamp; null for a null value, which is no row (Java: `ValueAndTimestamp.make`). */
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

  /** The row that a row of the parent becomes, or null. */
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

// Windows and sessions are always read with all updates: below the cache they may be older than the retention of the store.

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
