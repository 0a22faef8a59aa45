import type { ByteKey } from '../../kernel/byte-key.ts'
import type { KeyRange } from '../../kernel/ordered-rows.ts'
import { VersionedTable, type Pin } from '../../kernel/versioned-table.ts'
import type { StateStoreContext } from '../state-store.ts'
import type { BaseByteRows } from './byte-rows.ts'
import { RowView } from './row-view.ts'
import type { KeyedRow } from './row.ts'
import { TableScan } from './table-scan.ts'

/** The rows of a store in memory. A transactional one pins what was committed before its first write after that. Checkpoints do nothing. */
export class TableRows implements BaseByteRows {
  readonly dirtyBytes = 0
  protected readonly table = new VersionedTable()
  readonly #view = new RowView()
  readonly #isTransactional: boolean
  #committed: Pin | undefined

  constructor({ isTransactional = false }: Pick<StateStoreContext, 'isTransactional'> = {}) {
    this.#isTransactional = isTransactional
  }

  get heldBytes(): number {
    return this.table.usedBytes + this.table.indexBytes
  }

  get(key: ByteKey): RowView | null {
    return viewOf(this.table, this.table.find(key), this.#view)
  }

  put(key: ByteKey, row: RowView | null): void {
    if (this.#isTransactional) this.#committed ??= this.table.pin()
    this.#write(key, row)
  }

  /** There are no deletions: a row that is deleted goes. */
  scan(range: KeyRange): IterableIterator<KeyedRow> {
    return new TableScan(this.table, range) as Iterator<unknown> as IterableIterator<KeyedRow>
  }

  count(): number {
    return this.table.count
  }

  commit(): void {
    if (this.#committed !== undefined) this.table.unpin(this.#committed)
    this.#committed = undefined
  }

  checkpoint(): void {}

  checkpointed(): void {}

  restore(key: ByteKey, row: RowView | null): void {
    this.#write(key, row)
  }

  rollBack(): void {
    if (this.#committed !== undefined) this.table.revertAll(this.#committed)
    this.commit()
  }

  #write(key: ByteKey, row: RowView | null): void {
    if (row === null) this.table.delete(key)
    else this.table.put(key, row.bytes, row.at, row.length, row.timestamp)
  }
}

/** Points a view at a row of a table. Null: it is no row, or a deletion. */
export function viewOf(table: VersionedTable, row: number, view: RowView): RowView | null {
  if (row === 0) return null
  const length = table.valueLength(row)
  return length < 0 ? null : view.set(table.bytes, table.valueAt(row), length, table.timestamp(row))
}
