import type { OrderedRange } from '../../storage/ordered-map.ts'
import type { StorageWrite } from '../../storage/storage.ts'
import type { KeyedRow, Row } from './row.ts'

/** The lowest layer of a store, of any kind, as commits and checkpoints see it. `StateStore` describes the life of a write. */
export interface BaseLayer {
  readonly dirtyBytes: number
  /** About how many bytes of rows are in memory. */
  readonly heldBytes: number
  commit(): void
  /** See `StateStore`. */
  rollBack?: (() => void) | undefined
  checkpoint(writes: StorageWrite[]): void
  /** See `StateStore`. */
  checkpointSlices?(rows: number): Generator<StorageWrite[], void> | undefined
  checkpointed(): void
  /** Gives back its part of budgets that stores share. */
  close?(): void
}

/** The lowest layer of a key-value store: rows by their keys. Keys are bytes as latin1, in the order of their bytes. */
export interface BaseRows extends BaseLayer {
  get(key: string): Row | null
  /** A row of null deletes. */
  put(key: string, row: Row | null): void
  /** The rows as of the call. `from` is included, `to` is excluded. */
  scan(range: OrderedRange): IterableIterator<KeyedRow>
  count(): number
  /** Puts a row of the changelog: the row is committed already. */
  restore(key: string, row: Row | null): void
}
