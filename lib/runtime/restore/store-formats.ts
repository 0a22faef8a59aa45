import { ProcessorStateError } from '../../model/errors.ts'
import type { StoreFormat } from '../../state/store-kind.ts'
import type { StorageEnvironment, StorageTable, StorageWrite } from '../../storage/storage.ts'

/** The table in which an environment keeps the format of each store's rows, by the store's name. No store can have this name. */
const tableName = '.formats'

/**
 * The formats of the stores in an environment. A store without a stored format is taken to have the format that it would write now.
 */
export class StoreFormats {
  readonly #table: StorageTable
  readonly #unstored = new Map<string, string>()

  constructor(storage: StorageEnvironment) {
    this.#table = storage.table(tableName)
  }

  /** Tells which part of a store's format differs from its stored one. A new format is stored with the next checkpoint. */
  compare(store: string, format: StoreFormat): 'nothing' | keyof StoreFormat {
    const stored = this.#stored(store)
    if (stored?.changelog !== format.changelog || stored.rows !== format.rows) this.#unstored.set(store, JSON.stringify(format))
    if (stored === undefined) return 'nothing'
    if (stored.changelog !== format.changelog) return 'changelog'
    return stored.rows === format.rows ? 'nothing' : 'rows'
  }

  /** The error of a store whose rows were written by another kind of store. */
  kindChanged(store: string, { changelog: kind }: StoreFormat): ProcessorStateError {
    const found = this.#stored(store)?.changelog
    const message =
      `The store ${store} is a ${kind} store, but its state was written by a ${found} store: ` +
      'give it another name, or remove its state directory and its changelog topic.'
    return new ProcessorStateError('STREAMS_STORE_KIND_CHANGED', message, { facts: { store, kind, found } })
  }

  /** The error of a store without a changelog whose rows have another format. */
  rowsChanged(store: string, { rows: expected }: StoreFormat): ProcessorStateError {
    const found = this.#stored(store)?.rows
    const message =
      `The rows of the store ${store} have the format "${found}", not "${expected}", and there is no changelog to restore them from: ` +
      'give it another name, or remove its state directory.'
    return new ProcessorStateError('STREAMS_STATE_FORMAT', message, { facts: { store, found, expected } })
  }

  /** Appends the formats that are not stored yet, so that they are stored together with the first rows. `checkpointed` follows. */
  checkpoint(writes: StorageWrite[]): void {
    for (const [store, format] of this.#unstored)
      writes.push({ table: this.#table, key: Buffer.from(store), value: Buffer.from(format) })
  }

  /** Called when the writes of the last `checkpoint` are stored. */
  checkpointed(): void {
    this.#unstored.clear()
  }

  #stored(store: string): StoreFormat | undefined {
    const bytes = this.#table.get(Buffer.from(store))
    return bytes === undefined ? undefined : (JSON.parse(Buffer.from(bytes).toString()) as StoreFormat)
  }
}
