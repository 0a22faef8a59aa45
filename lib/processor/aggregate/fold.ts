/** How a windowed aggregation folds values: an aggregate starts from an initial value, a reduction from the first value. */
export type Fold<K, V, A> = FoldFromInitial<K, V, A> | { readonly reducer: Reducer<K, V, A> }

export interface FoldFromInitial<K, V, A> {
  readonly initializer: () => A | null
  /** Null deletes. In `java` time windows and sessions give it null values, too. */
  readonly aggregator: (aggregate: A | null, value: V, key: K) => A | null
  /** For sessions: merges the aggregate of one more session into the aggregate so far, which begins as the initial value. */
  readonly merger?: ((left: A | null, right: A, key: K) => A | null) | undefined
}

/** The reducer of `reduce`: values and aggregates are of one type. */
type Reducer<K, V, A> = (aggregate: A, value: A | V, key: K) => A | null

/** Turns a reducer into a fold that starts from null. The reducer also merges sessions. */
export function foldFromInitial<K, V, A>(fold: Fold<K, V, A>): FoldFromInitial<K, V, A> {
  if (!('reducer' in fold)) return fold
  const { reducer } = fold
  const reduce = (aggregate: A | null, value: A | V, key: K): A | null =>
    aggregate === null ? (value as A) : reducer(aggregate, value, key)
  return { initializer: () => null, aggregator: reduce, merger: reduce }
}
