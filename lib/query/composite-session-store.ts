import type { ReadOnlySessionStore } from '../state/session/session-store.ts'
import type { StateStore } from '../state/state-store.ts'
import type { WindowedEntry } from '../state/window/window-store.ts'

type Sessions<K, V> = IterableIterator<WindowedEntry<K, V>>

/** The local partitions of one session store, read only, one after the other (Java: `CompositeReadOnlySessionStore`). */
export class CompositeSessionStore<K, V> implements ReadOnlySessionStore<K, V> {
  readonly #stores: () => readonly StateStore[]

  /** `stores` answers those that are open, or throws an `InvalidStateStoreError`. */
  constructor(stores: () => readonly StateStore[]) {
    this.#stores = stores
  }

  fetchSession(key: K, startMs: number, endMs: number): V | null {
    for (const store of this.#partitions()) {
      const value = store.fetchSession(key, startMs, endMs)
      if (value !== null) return value
    }
    return null
  }

  fetch(key: K): Sessions<K, V> {
    return this.#concat((store) => store.fetch(key))
  }

  backwardFetch(key: K): Sessions<K, V> {
    return this.#concat((store) => store.backwardFetch(key))
  }

  fetchRange(fromKey: K | null, toKey: K | null): Sessions<K, V> {
    return this.#concat((store) => store.fetchRange(fromKey, toKey))
  }

  backwardFetchRange(fromKey: K | null, toKey: K | null): Sessions<K, V> {
    return this.#concat((store) => store.backwardFetchRange(fromKey, toKey))
  }

  findSessions(key: K, earliestEndMs: number, latestStartMs: number): Sessions<K, V> {
    return this.#concat((store) => store.findSessions(key, earliestEndMs, latestStartMs))
  }

  backwardFindSessions(key: K, earliestEndMs: number, latestStartMs: number): Sessions<K, V> {
    return this.#concat((store) => store.backwardFindSessions(key, earliestEndMs, latestStartMs))
  }

  findSessionsRange(fromKey: K | null, toKey: K | null, earliestEndMs: number, latestStartMs: number): Sessions<K, V> {
    return this.#concat((store) => store.findSessionsRange(fromKey, toKey, earliestEndMs, latestStartMs))
  }

  backwardFindSessionsRange(fromKey: K | null, toKey: K | null, earliestEndMs: number, latestStartMs: number): Sessions<K, V> {
    return this.#concat((store) => store.backwardFindSessionsRange(fromKey, toKey, earliestEndMs, latestStartMs))
  }

  #partitions(): readonly ReadOnlySessionStore<K, V>[] {
    return this.#stores() as readonly unknown[] as readonly ReadOnlySessionStore<K, V>[]
  }

  /** All partitions are opened at once: what is written meanwhile is not seen. */
  #concat(open: (store: ReadOnlySessionStore<K, V>) => Sessions<K, V>): Sessions<K, V> {
    return concat(this.#partitions().map(open))
  }
}

function* concat<E>(parts: readonly IterableIterator<E>[]): Generator<E, undefined> {
  try {
    for (const part of parts) yield* part
  } finally {
    for (const part of parts) part.return?.()
  }
}
