import { ProcessorStateError } from '../../model/errors.ts'
import type { StoreFormat } from '../../state/store-kind.ts'
import type { StorageEnvironment, StorageTable, StorageWrite } from '../../storage/storage.ts'

/** Where an environment keeps, by the name of a store, in which format its rows are. No store is called so. */
const tableName = '.formats'

/** The formats of the stores of an environment. State that was written before there were any is taken for what the store writes now. */
export class StoreFormats {
  readonly #table: StorageTable
  readonly #unstored = new Map<string, string>()

  constructor(storage: StorageEnvironment) {
    this.#table = storage.table(tableName)
  }

  /** Which part of the format is not that of what is stored; the format goes to storage with the next rows. */
  compare(store: string, format: StoreFormat): 'nothing' | keyof StoreFormat {
    const stored = this.#stored(store)
    if (stored?.changelog !== format.changelog || stored.rows !== format.rows) this.#unstored.set(store, JSON.stringify(format))
    if (stored === undefined) return 'nothing'
    if (stored.changelog !== format.changelog) return 'changelog'
    return stored.rows === format.rows ? 'nothing' : 'rows'
  }

  /** What a store cannot go on with. */
  kindChanged(store: string, { changelog: kind }: StoreFormat): ProcessorStateError {
    const found = this.#stored(store)?.changelog
    const message =
      `The store ${store} is a ${kind} store, but its state was written by a ${found} store: ` +
      'give it another name, or remove its state directory and its changelog topic.'
    return new ProcessorStateError('STREAMS_STORE_KIND_CHANGED', message, { facts: { store, kind, found } })
  }

  /** What a store without a changelog cannot go on with. */
  rowsChanged(store: string, { rows: expected }: StoreFormat): ProcessorStateError {
    const found = this.#stored(store)?.rows
    const message =
      `The rows of the store ${store} have the format "${found}", not "${expected}", and there is no changelog to restore them from: ` +
      'give it another name, or remove its state directory.'
    return new ProcessorStateError('STREAMS_STATE_FORMAT', message, { facts: { store, found, expected } })
  }

  /** Appends the formats that are not stored yet, to go with the first rows. */
  checkpoint(writes: StorageWrite[]): void {
    for (const [store, format] of this.#unstored)
      writes.push({ table: this.#table, key: Buffer.from(store), value: Buffer.from(format) })
    this.#unstored.clear()
  }

  #stored(store: string): StoreFormat | undefined {
    const bytes = this.#table.get(Buffer.from(store))
    return bytes === undefined ? undefined : (JSON.parse(Buffer.from(bytes).toString()) as StoreFormat)
  }
}
