import type { ByteKey } from '../../kernel/byte-key.ts'
import type { RowView } from '../key-value/row-view.ts'
import type { ValidTo } from './versioned-key-value-store.ts'

/** A version, as a copy. `validTo` is the time in ms when the next one begins; Infinity if it is the latest. */
export interface FoundVersion {
  readonly row: RowView
  readonly validTo: number
}

/**
 * A layer of a versioned store: versions of rows by the bytes of their keys. A row has the timestamp of its version. A view that is returned is
 * valid until the next call.
 */
export interface VersionedRows {
  /** The latest version. */
  get(key: ByteKey): RowView | null
  /** The version that was valid at a time. */
  getAsOf(key: ByteKey, timestamp: number): RowView | null
  /** All versions that the store keeps, the newest first, without deletions. */
  versions(key: ByteKey): readonly FoundVersion[]
  /** Adds a version. A value of null deletes the key as of then. */
  put(key: ByteKey, value: RowView | null, timestamp: number): ValidTo
}
