import { lambdaResult } from '../lambda-result.ts'

/** Describes how a table is derived from another, row by row: by `filter`, `filterNot` or `mapValues`. */
export type TableDerivation<K, V, VR> =
  | { readonly kind: 'filter'; readonly predicate: (value: V, key: K) => boolean; readonly keep: 'matching' | 'others' }
  | { readonly kind: 'map'; readonly mapper: (value: V, key: K) => VR | null }

/** Returns the derived value. Null if the derived table does not have the row. */
export function derive<K, V, VR>(derivation: TableDerivation<K, V, VR>, value: V, key: K, nodeName: string): VR | null {
  if (derivation.kind === 'map') return lambdaResult(derivation.mapper(value, key), 'mapper', nodeName)
  const matches = lambdaResult(derivation.predicate(value, key), 'predicate', nodeName)
  // A filtered table has the values of its parent.
  return matches === (derivation.keep === 'matching') ? (value as unknown as VR) : null
}
