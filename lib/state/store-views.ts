import type { ReadOnlyKeyValueStore } from './key-value/key-value-store.ts'
import type { ReadOnlySessionStore } from './session/session-store.ts'
import type { ReadOnlyVersionedKeyValueStore } from './versioned/versioned-key-value-store.ts'
import type { ReadOnlyWindowStore } from './window/window-store.ts'

/** The read-only faces of stores, by name. Interactive queries have an asynchronous face for each (`QueryableStores`). */
export interface StoreViews<K, V> {
  readonly 'key-value': ReadOnlyKeyValueStore<K, V>
  readonly window: ReadOnlyWindowStore<K, V>
  readonly session: ReadOnlySessionStore<K, V>
  readonly versioned: ReadOnlyVersionedKeyValueStore<K, V>
}

export type StoreView = keyof StoreViews<unknown, unknown>
