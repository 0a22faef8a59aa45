import { valueAndTimestamp, type ValueAndTimestamp } from '../../model/value-and-timestamp.ts'
import type { FlushedRows } from '../../state/layers/flush-listener.ts'
import type { TimestampedKeyValueStore } from '../../state/key-value/key-value-store.ts'
import type { ValidTo, VersionedKeyValueStore } from '../../state/versioned/versioned-key-value-store.ts'
import type { ProcessorContext } from '../processor.ts'

/** The store of a table, with versions or without (Java: `KeyValueStoreWrapper`). */
export interface TableStore<K, V> {
  get(key: K): ValueAndTimestamp<V> | null
  /** Returns the row as of a time. Absent if the store keeps no versions. */
  getAsOf?(key: K, timestamp: number): ValueAndTimestamp<V> | null
  /** Returns the row that the record cache has last forwarded. Without a cache it is the newest row. */
  getFlushed(key: K): ValueAndTimestamp<V> | null
  /**
   * Puts a row. A null value deletes it. Without versions the row that is put last is the latest, even if its timestamp is older.
   */
  put(key: K, value: V | null, timestamp: number): ValidTo
}

export function tableStore<K, V>(context: ProcessorContext<never, never>, storeName: string): TableStore<K, V> {
  const store = context.stateStore<PlainStore<K, V> | VersionedKeyValueStore<K, V>>(storeName)
  return 'history' in store ? new VersionedTableStore(store) : new PlainTableStore(store)
}

type PlainStore<K, V> = TimestampedKeyValueStore<K, V> & FlushedRows<K, ValueAndTimestamp<V>>

class PlainTableStore<K, V> implements TableStore<K, V> {
  readonly #store: PlainStore<K, V>

  constructor(store: PlainStore<K, V>) {
    this.#store = store
  }

  getFlushed(key: K): ValueAndTimestamp<V> | null {
    return this.#store.getFlushed(key)
  }

  get(key: K): ValueAndTimestamp<V> | null {
    return this.#store.get(key)
  }

  put(key: K, value: V | null, timestamp: number): ValidTo {
    this.#store.put(key, value === null ? null : valueAndTimestamp(value, timestamp))
    return Infinity
  }
}

class VersionedTableStore<K, V> implements TableStore<K, V> {
  readonly #store: VersionedKeyValueStore<K, V>

  constructor(store: VersionedKeyValueStore<K, V>) {
    this.#store = store
  }

  get(key: K): ValueAndTimestamp<V> | null {
    return this.#store.get(key)
  }

  getFlushed(key: K): ValueAndTimestamp<V> | null {
    return this.#store.get(key)
  }

  getAsOf(key: K, timestamp: number): ValueAndTimestamp<V> | null {
    return this.#store.get(key, timestamp)
  }

  put(key: K, value: V | null, timestamp: number): ValidTo {
    return this.#store.put(key, value, timestamp)
  }
}
