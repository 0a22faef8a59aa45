import { unreachable } from '../model/assert.ts'
import type { ReadOnlyKeyValueStore } from '../state/key-value/key-value-store.ts'
import type { ReadOnlySessionStore } from '../state/session/session-store.ts'
import type { StateStore } from '../state/state-store.ts'
import type { StoreSpec } from '../state/store-spec.ts'
import type { ReadOnlyVersionedKeyValueStore } from '../state/versioned/versioned-key-value-store.ts'
import type { ReadOnlyWindowStore } from '../state/window/window-store.ts'
import { CompositeKeyValueStore } from './composite-key-value-store.ts'
import { CompositeSessionStore } from './composite-session-store.ts'
import { CompositeVersionedStore } from './composite-versioned-store.ts'
import { CompositeWindowStore } from './composite-window-store.ts'

export type ReadOnlyStore<K, V> =
  ReadOnlyKeyValueStore<K, V> | ReadOnlyWindowStore<K, V> | ReadOnlySessionStore<K, V> | ReadOnlyVersionedKeyValueStore<K, V>

/** The local partitions of a store as one, read only. `stores` answers those that are open, or throws an `InvalidStateStoreError`. */
export function compositeStore<K, V>(
  kind: Exclude<StoreSpec['kind'], 'change-buffer' | 'record-buffer'>,
  stores: () => readonly StateStore[],
): ReadOnlyStore<K, V> {
  switch (kind) {
    case 'key-value':
      return new CompositeKeyValueStore(stores)
    case 'window':
      return new CompositeWindowStore(stores)
    case 'session':
      return new CompositeSessionStore(stores)
    case 'versioned':
      return new CompositeVersionedStore(stores)
    default:
      return unreachable(kind)
  }
}
