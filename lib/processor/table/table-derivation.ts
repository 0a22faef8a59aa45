import { lambdaResult } from '../lambda-result.ts'

/** How each row of a table becomes a row of another table: by `filter`, `filterNot` or `mapValues`. */
export type TableDerivation<K, V, VR> =
  | { readonly kind: 'filter'; readonly predicate: (value: V, key: K) => boolean; readonly keep: 'matching' | 'others' }
  | { readonly kind: 'map'; readonly mapper: (value: V, key: K) => VR | null }

/** The derived value; null if the other table has no such row. */
export function derive<K, V, VR>(derivation: TableDerivation<K, V, VR>, value: V, key: K, nodeName: string): VR | null {
  if (derivation.kind === 'map') return lambdaResult(derivation.mapper(value, key), 'mapper', nodeName)
  const matches = lambdaResult(derivation.predicate(value, key), 'predicate', nodeName)
  // The value of a filtered table is its parent's.
  return matches === (derivation.keep === 'matching') ? (value as unknown as VR) : null
}
