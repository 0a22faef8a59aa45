import type { ValueAndTimestamp } from '../model/value-and-timestamp.ts'
import type { KeyValueStore } from './key-value/key-value-store.ts'
import type { SessionStore } from './session/session-store.ts'
import type {
  KeyValueStoreSpec,
  SessionStoreSpec,
  StoredValues,
  StoreSpec,
  StoreValueSpec,
  VersionedKeyValueStoreSpec,
  WindowStoreSpec,
} from './store-spec.ts'
import type { VersionedKeyValueStore } from './versioned/versioned-key-value-store.ts'
import type { WindowStore } from './window/window-store.ts'

interface ErasedSerdes {
  readonly key: { readonly name: string } | undefined
  readonly value: { readonly name: string } | undefined
}

/** A store value, without the types of its keys and values. */
type Untyped<S> = S extends unknown ? Omit<S, keyof ErasedSerdes> & ErasedSerdes : never

/** A store value of any kind, for keys and values of any types. */
export type AnyStore = Untyped<StoreValueSpec>

/** A window store value of any types. */
export type AnyWindowStore = Untyped<WindowStoreSpec<unknown, unknown>>

/** Returns the same object. It has its serdes; only its static type had lost them. */
export function storeSpecOf(store: AnyStore): StoreSpec {
  return store as StoreSpec
}

/** The store that a store value stands for, as processors and the test driver see it. */
export type StateStoreOf<S> =
  S extends KeyValueStoreSpec<infer K, infer V, infer Values>
    ? KeyValueStore<K, StoredValue<V, Values>>
    : S extends WindowStoreSpec<infer K, infer V, infer Values>
      ? WindowStore<K, StoredValue<V, Values>>
      : S extends SessionStoreSpec<infer K, infer V>
        ? SessionStore<K, V>
        : S extends VersionedKeyValueStoreSpec<infer K, infer V>
          ? VersionedKeyValueStore<K, V>
          : never

type StoredValue<V, Values extends StoredValues> = Values extends 'timestamped' ? ValueAndTimestamp<V> : V
