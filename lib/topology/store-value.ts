import type {
  KeyValueStoreSpec,
  SessionStoreSpec,
  StoreSpec,
  VersionedKeyValueStoreSpec,
  WindowStoreSpec,
} from '../state/store-spec.ts'

interface ErasedSerdes {
  readonly key: { readonly name: string } | undefined
  readonly value: { readonly name: string } | undefined
}

/** A store value of any types; what reads and writes it knows them. */
export type AnyStore =
  | (Omit<KeyValueStoreSpec<unknown, unknown>, keyof ErasedSerdes> & ErasedSerdes)
  | (Omit<SessionStoreSpec<unknown, unknown>, keyof ErasedSerdes> & ErasedSerdes)
  | (Omit<VersionedKeyValueStoreSpec<unknown, unknown>, keyof ErasedSerdes> & ErasedSerdes)
  | AnyWindowStore

export type AnyWindowStore = Omit<WindowStoreSpec<unknown, unknown>, keyof ErasedSerdes> & ErasedSerdes

/** The same object: its serdes are whole, only their types are forgotten. */
export function storeSpecOf(store: AnyStore): StoreSpec {
  return store as StoreSpec
}
