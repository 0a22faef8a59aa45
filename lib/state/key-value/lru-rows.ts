import { ByteKey } from '../../kernel/byte-key.ts'
import type { StateStoreContext } from '../state-store.ts'
import type { RowView } from './row-view.ts'
import { TableRows } from './table-rows.ts'

/**
 * The rows of a store in memory that holds at most `maxEntries` rows (Java: `MemoryLRUCache`). A row beyond that number evicts the least
 * recently used row. `get`, `put` and `restore` use a row; `scan` does not.
 */
export class LruRows extends TableRows {
  readonly #maxEntries: number
  /** The rows, the least recently used first. */
  readonly #used = new Set<number>()
  readonly #evicted = new ByteKey()
  #onEvict: ((key: ByteKey) => void) | undefined

  constructor(maxEntries: number, context: Pick<StateStoreContext, 'isTransactional'> = {}) {
    super(context)
    this.#maxEntries = maxEntries
  }

  /** Calls the listener with each key that a `put` evicts. An eviction by `restore` does not call it. */
  onEvict(listener: (key: ByteKey) => void): void {
    this.#onEvict = listener
  }

  override get(key: ByteKey): RowView | null {
    const row = super.get(key)
    if (row !== null) this.#use(this.table.find(key))
    return row
  }

  override put(key: ByteKey, row: RowView | null): void {
    this.#forget(key, row)
    super.put(key, row)
    const evicted = this.#surplus(key, row)
    if (evicted === 0) return
    this.#onEvict?.(this.#keyOf(evicted))
    this.table.deleteRow(evicted)
  }

  override count(): number {
    return this.#used.size
  }

  override restore(key: ByteKey, row: RowView | null): void {
    this.#forget(key, row)
    super.restore(key, row)
    const evicted = this.#surplus(key, row)
    if (evicted !== 0) this.table.deleteRow(evicted)
  }

  /** Rows that come back count as used last: in which order they were used before is known no more. */
  override rollBack(): void {
    super.rollBack()
    const rows = new Set([...this.table.rows()].filter((row) => this.table.valueLength(row) >= 0))
    for (const row of this.#used) if (!rows.has(row)) this.#used.delete(row)
    for (const row of rows) this.#used.add(row)
  }

  #forget(key: ByteKey, row: RowView | null): void {
    if (row === null) this.#used.delete(this.table.find(key))
  }

  /** The row that is to go after this one was put; 0: none. */
  #surplus(key: ByteKey, row: RowView | null): number {
    if (row === null) return 0
    this.#use(this.table.find(key))
    if (this.#used.size <= this.#maxEntries) return 0
    const [oldest] = this.#used
    this.#used.delete(oldest!)
    return oldest!
  }

  #keyOf(row: number): ByteKey {
    const { table } = this
    return this.#evicted.setHashed(table.bytes, table.keyAt(row), table.keyLength(row), table.hash(row))
  }

  #use(row: number): void {
    this.#used.delete(row)
    this.#used.add(row)
  }
}
