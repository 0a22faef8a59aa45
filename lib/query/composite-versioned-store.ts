import type { ValueAndTimestamp } from '../model/value-and-timestamp.ts'
import type { StateStore } from '../state/state-store.ts'
import type {
  HistoryOptions,
  ReadOnlyVersionedKeyValueStore,
  VersionedRecord,
} from '../state/versioned/versioned-key-value-store.ts'

/** The local partitions of one versioned store, read only, as they are now. A key is in one of them. */
export class CompositeVersionedStore<K, V> implements ReadOnlyVersionedKeyValueStore<K, V> {
  readonly #stores: () => readonly StateStore[]

  /** `stores` answers those that are open, or throws an `InvalidStateStoreError`. */
  constructor(stores: () => readonly StateStore[]) {
    this.#stores = stores
  }

  get(key: K, asOfMs?: number): ValueAndTimestamp<V> | null {
    for (const store of this.#open()) {
      const found = asOfMs === undefined ? store.get(key) : store.get(key, asOfMs)
      if (found !== null) return found
    }
    return null
  }

  history(key: K, options?: HistoryOptions): IterableIterator<VersionedRecord<V>> {
    return this.#open()
      .flatMap((store) => [...store.history(key, options)])
      .values()
  }

  #open(): readonly ReadOnlyVersionedKeyValueStore<K, V>[] {
    return this.#stores() as unknown as readonly ReadOnlyVersionedKeyValueStore<K, V>[]
  }
}
