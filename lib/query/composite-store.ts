import type { StateStore } from '../state/state-store.ts'
import type { StoreView, StoreViews } from '../state/store-views.ts'
import { CompositeKeyValueStore } from './composite-key-value-store.ts'
import { CompositeSessionStore } from './composite-session-store.ts'
import { CompositeVersionedStore } from './composite-versioned-store.ts'
import { CompositeWindowStore } from './composite-window-store.ts'

/** The local partitions of a store that are open; throws an `InvalidStateStoreError` where there are none. */
type OpenPartitions = () => readonly StateStore[]

export type ReadOnlyStore<K, V> = StoreViews<K, V>[StoreView]

/** A composite over partitions for each view of stores. */
const composites: { readonly [View in StoreView]: new <K, V>(stores: OpenPartitions) => StoreViews<K, V>[View] } = {
  'key-value': CompositeKeyValueStore,
  window: CompositeWindowStore,
  session: CompositeSessionStore,
  versioned: CompositeVersionedStore,
}

/** The local partitions of a store as one, read only. */
export function compositeStore<K, V>(view: StoreView, stores: OpenPartitions): ReadOnlyStore<K, V> {
  return new composites[view](stores)
}
