import type { ValueAndTimestamp } from '../model/value-and-timestamp.ts'
import type { StateStore } from '../state/state-store.ts'
import type { ReadOnlyWindowStore, WindowedEntry, WindowEntry } from '../state/window/window-store.ts'

type Inner<K> = ReadOnlyWindowStore<K, unknown>

/** The local partitions of one window store, read only; plain values also where the store keeps timestamps. */
export class CompositeWindowStore<K, V> implements ReadOnlyWindowStore<K, V> {
  readonly #stores: () => readonly StateStore[]

  /** `stores` answers those that are open, or throws an `InvalidStateStoreError`. */
  constructor(stores: () => readonly StateStore[]) {
    this.#stores = stores
  }

  fetchOne(key: K, startMs: number): V | null {
    for (const store of this.#stores()) {
      const value = (store as unknown as Inner<K>).fetchOne(key, startMs)
      if (value !== null) return valueOf<V>(store, value)
    }
    return null
  }

  fetch(key: K, fromMs: number, toMs: number): IterableIterator<WindowEntry<V>> {
    return this.#concat((store) => store.fetch(key, fromMs, toMs))
  }

  backwardFetch(key: K, fromMs: number, toMs: number): IterableIterator<WindowEntry<V>> {
    return this.#concat((store) => store.backwardFetch(key, fromMs, toMs))
  }

  fetchRange(fromKey: K | null, toKey: K | null, fromMs: number, toMs: number): IterableIterator<WindowedEntry<K, V>> {
    return this.#concat((store) => store.fetchRange(fromKey, toKey, fromMs, toMs))
  }

  backwardFetchRange(fromKey: K | null, toKey: K | null, fromMs: number, toMs: number): IterableIterator<WindowedEntry<K, V>> {
    return this.#concat((store) => store.backwardFetchRange(fromKey, toKey, fromMs, toMs))
  }

  fetchAll(fromMs: number, toMs: number): IterableIterator<WindowedEntry<K, V>> {
    return this.#concat((store) => store.fetchAll(fromMs, toMs))
  }

  backwardFetchAll(fromMs: number, toMs: number): IterableIterator<WindowedEntry<K, V>> {
    return this.#concat((store) => store.backwardFetchAll(fromMs, toMs))
  }

  all(): IterableIterator<WindowedEntry<K, V>> {
    return this.#concat((store) => store.all())
  }

  backwardAll(): IterableIterator<WindowedEntry<K, V>> {
    return this.#concat((store) => store.backwardAll())
  }

  #concat<E extends { readonly value: V }>(
    open: (store: Inner<K>) => IterableIterator<Omit<E, 'value'> & { readonly value: unknown }>,
  ): IterableIterator<E> {
    return concat<E>(this.#stores().map((store) => ({ store, entries: open(store as unknown as Inner<K>) })))
  }
}

type Raw<E> = Omit<E, 'value'> & { readonly value: unknown }

function* concat<E extends { readonly value: unknown }>(
  parts: readonly { readonly store: StateStore; readonly entries: IterableIterator<Raw<E>> }[],
): Generator<E, undefined> {
  try {
    for (const { store, entries } of parts)
      for (const entry of entries) yield { ...entry, value: valueOf(store, entry.value) } as unknown as E
  } finally {
    for (const { entries } of parts) entries.return?.()
  }
}

function valueOf<V>({ spec }: StateStore, value: unknown): V {
  return 'values' in spec && spec.values === 'timestamped' ? (value as ValueAndTimestamp<V>).value : (value as V)
}
