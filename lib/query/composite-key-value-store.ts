import type { ValueAndTimestamp } from '../model/value-and-timestamp.ts'
import type { KeyValue } from '../model/key-value.ts'
import type { KeyValueIterator, ReadOnlyKeyValueStore } from '../state/key-value/key-value-store.ts'
import type { StateStore } from '../state/state-store.ts'

type Inner<K> = ReadOnlyKeyValueStore<K, unknown>

/**
 * The local partitions of one store, read only, as they are now; plain values also where the store keeps timestamps (Java:
 * `CompositeReadOnlyKeyValueStore`). Iteration goes partition by partition: it is in key order only within one.
 */
export class CompositeKeyValueStore<K, V> implements ReadOnlyKeyValueStore<K, V> {
  readonly #stores: () => readonly StateStore[]

  /** `stores` answers those that are open, or throws an `InvalidStateStoreError`. */
  constructor(stores: () => readonly StateStore[]) {
    this.#stores = stores
  }

  get(key: K): V | null {
    for (const store of this.#stores()) {
      const value = (store as unknown as Inner<K>).get(key)
      if (value !== null) return valueOf<V>(store, value)
    }
    return null
  }

  range(from: K | null, to: K | null): KeyValueIterator<K, V> {
    return this.#concat((store) => store.range(from, to))
  }

  reverseRange(from: K | null, to: K | null): KeyValueIterator<K, V> {
    return this.#concat((store) => store.reverseRange(from, to))
  }

  all(): KeyValueIterator<K, V> {
    return this.#concat((store) => store.all())
  }

  reverseAll(): KeyValueIterator<K, V> {
    return this.#concat((store) => store.reverseAll())
  }

  prefixScan(prefix: Uint8Array): KeyValueIterator<K, V> {
    return this.#concat((store) => store.prefixScan(prefix))
  }

  approximateNumEntries(): number {
    return this.#stores().reduce((sum, store) => sum + (store as unknown as Inner<K>).approximateNumEntries(), 0)
  }

  /** All partitions are opened at once: what is written meanwhile is not seen. */
  #concat(open: (store: Inner<K>) => KeyValueIterator<K, unknown>): KeyValueIterator<K, V> {
    return concat(this.#stores().map((store) => ({ store, entries: open(store as unknown as Inner<K>) })))
  }
}

function* concat<K, V>(
  parts: readonly { readonly store: StateStore; readonly entries: KeyValueIterator<K, unknown> }[],
): Generator<KeyValue<K, V>, undefined> {
  try {
    for (const { store, entries } of parts) for (const { key, value } of entries) yield { key, value: valueOf<V>(store, value) }
  } finally {
    for (const { entries } of parts) entries.return?.()
  }
}

function valueOf<V>({ spec }: StateStore, value: unknown): V {
  return 'values' in spec && spec.values === 'timestamped' ? (value as ValueAndTimestamp<V>).value : (value as V)
}
