import type { StoreView } from '../state/store-spec.ts'
import { queryMethods, type QueryableStores, type StoreQueryOptions } from './queryable-stores.ts'
import type { QueryPort } from './store-query.ts'
import { StoreReader } from './store-reader.ts'

/** Opens a store for queries, or one partition of it. Each of its methods sends its own name and arguments to `port`. */
export function openQueryableStore<K, V>(
  store: string,
  view: StoreView,
  port: QueryPort,
  { partition }: StoreQueryOptions = {},
): QueryableStores<K, V>[StoreView] {
  const reader = new StoreReader(store, view, port, partition)
  const face = Object.entries(queryMethods(view)).map(([name, { together }]) => [
    name,
    together === 'rows'
      ? (...values: readonly unknown[]) => reader.rows(name, values)
      : (...values: readonly unknown[]) => reader.value(name, values),
  ])
  return Object.fromEntries(face) as QueryableStores<K, V>[StoreView]
}
