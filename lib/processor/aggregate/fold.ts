/** How a windowed aggregation folds values: from an initial value on, or two by two, the first one as it is. */
export type Fold<K, V, A> = FoldFromInitial<K, V, A> | { readonly reducer: Reducer<K, V, A> }

export interface FoldFromInitial<K, V, A> {
  readonly initializer: () => A | null
  /** Null deletes. In `java` time windows and sessions give it null values, too. */
  readonly aggregator: (aggregate: A | null, value: V, key: K) => A | null
  /** Of sessions: joins what a session that is found has to what is there, at first the initial value. */
  readonly merger?: ((left: A | null, right: A, key: K) => A | null) | undefined
}

/** The reducer of `reduce`: values and aggregates are of one type. */
export type Reducer<K, V, A> = (aggregate: A, value: A | V, key: K) => A | null

/** A reducer as a fold from null on, by which it also merges sessions. */
export function foldFromInitial<K, V, A>(fold: Fold<K, V, A>): FoldFromInitial<K, V, A> {
  if (!('reducer' in fold)) return fold
  const { reducer } = fold
  const reduce = (aggregate: A | null, value: A | V, key: K): A | null =>
    aggregate === null ? (value as A) : reducer(aggregate, value, key)
  return { initializer: () => null, aggregator: reduce, merger: reduce }
}
