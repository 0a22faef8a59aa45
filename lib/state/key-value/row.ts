/**
 * What a store keeps for a key: the bytes of the value and, in timestamped stores, its time (else 0). `value` is the decoded
 * value where its serde is immutable, else undefined. Rows are never changed; a tombstone is `null`.
 */
export interface Row {
  readonly bytes: Uint8Array
  readonly timestamp: number
  readonly value: unknown
}

/** All rows come from here, so that the engine sees one object shape. */
export function row(bytes: Uint8Array, timestamp: number, value?: unknown): Row {
  return { bytes, timestamp, value }
}

/** A row with its key, bytes as latin1. */
export type KeyedRow = [key: string, row: Row]
