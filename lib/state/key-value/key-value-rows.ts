import type { StorageWrite } from '../../storage/storage.ts'

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
  checkpointSlices?(rows: number, last: StorageWrite[]): Generator<StorageWrite[], void> | undefined
  checkpointed(): void
  /** Gives back its part of budgets that stores share. */
  close?(): void
}
