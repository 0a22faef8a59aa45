/** What a restore may use, in memory and time, until it gives its turn back. */
export interface RestoreBudget {
  /** Counts the bytes of a record that was applied. Returns whether the next one may follow. */
  spend(bytes: number): boolean
}

/** The budget of a restore that nothing waits for. */
export const noBudget: RestoreBudget = { spend: () => true }

interface KeyAndValue {
  readonly key: Uint8Array
  readonly value: Uint8Array | null
}

/** Applies records in their order until the budget is spent, at least one. Returns how many were applied. */
export function restoreWithin<R extends KeyAndValue>(
  budget: RestoreBudget,
  records: readonly R[],
  apply: (record: R) => void,
): number {
  for (const [index, record] of records.entries()) {
    apply(record)
    if (!budget.spend(record.key.byteLength + (record.value?.byteLength ?? 0))) return index + 1
  }
  return records.length
}
