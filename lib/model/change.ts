/**
 * An update that a table sends downstream: the new value of a key, and the old value if an operator downstream needs it
 * (Java: `Change`). `isLatest` is false for an out-of-order update of a versioned table.
 */
export interface Change<V> {
  readonly newValue: V | null
  readonly oldValue: V | null
  readonly isLatest: boolean
}

export function change<V>(newValue: V | null, oldValue: V | null, isLatest = true): Change<V> {
  return { newValue, oldValue, isLatest }
}
