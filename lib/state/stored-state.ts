import type { StorageTable, StorageWrite } from '../storage/storage.ts'

/**
 * What a store on disk keeps beside its rows, such as its stream time: stored with the rows of the same commit. A commit may come while
 * a checkpoint is under way; its state waits for the next one.
 */
export class StoredState {
  readonly #table: StorageTable | undefined
  readonly #key: Uint8Array
  #committed: Uint8Array | undefined
  #written: Uint8Array | undefined

  /** Without a table, that of a store in memory, nothing is stored. */
  constructor(table: StorageTable | undefined, key: Uint8Array) {
    this.#table = table
    this.#key = key
  }

  /** What an earlier process stored. */
  read(): Uint8Array | undefined {
    return this.#table?.get(this.#key)
  }

  commit(state: () => Uint8Array): void {
    if (this.#table !== undefined) this.#committed = state()
  }

  checkpoint(writes: StorageWrite[]): void {
    this.#written = this.#committed
    if (this.#table !== undefined && this.#written !== undefined)
      writes.push({ table: this.#table, key: this.#key, value: this.#written })
  }

  checkpointed(): void {
    if (this.#committed === this.#written) this.#committed = undefined
  }
}
