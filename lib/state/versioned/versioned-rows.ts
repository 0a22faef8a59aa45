import type { Row } from '../key-value/row.ts'
import type { ValidTo } from './versioned-key-value-store.ts'

/** A version. `validTo` is the time in ms when the next one begins; Infinity if it is the latest. */
export interface FoundVersion {
  readonly row: Row
  readonly validTo: number
}

/**
 * A layer of a versioned store: versions of rows by their keys. Keys are bytes as latin1; a row has the timestamp of its version.
 */
export interface VersionedRows {
  /** The latest version. */
  get(key: string): Row | null
  /** The version that was valid at a time. */
  getAsOf(key: string, timestamp: number): Row | null
  /** All versions that the store keeps, the newest first, without deletions. */
  versions(key: string): readonly FoundVersion[]
  /** Adds a version. A value of null deletes the key as of then. */
  put(key: string, value: Row | null, timestamp: number): ValidTo
}
