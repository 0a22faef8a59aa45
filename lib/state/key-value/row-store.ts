import type { OrderedRange } from '../../storage/ordered-map.ts'
import type { StorageWrite } from '../../storage/storage.ts'
import type { KeyedRow, Row } from './row.ts'

/** What the layers of a key-value store have in common: keys are bytes as latin1, in the order of their bytes. */
export interface RowStore {
  get(key: string): Row | null
  /** null deletes. */
  put(key: string, row: Row | null): void
  /** A snapshot: `from` included, `to` excluded. */
  scan(range: OrderedRange): IterableIterator<KeyedRow>
  count(): number
}

/** The lowest layer of a store: what survives a commit, and how it gets to storage. See `StateStore` for the life of a write. */
export interface DurableRows {
  readonly dirtyBytes: number
  commit(): void
  checkpoint(writes: StorageWrite[]): void
  checkpointed(): void
}

/** The lowest layer of a key-value store. */
export interface CommittedRows extends RowStore, DurableRows {
  /** Puts as if committed. */
  restore(key: string, row: Row | null): void
}

export function ascending(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}

export function descending(left: string, right: string): number {
  return ascending(right, left)
}
