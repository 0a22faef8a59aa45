import { fromLatin1, latin1 } from '../../model/bytes.ts'
import { OrderedMap, type OrderedRange } from '../../storage/ordered-map.ts'
import type { StorageTable, StorageWrite } from '../../storage/storage.ts'
import type { RowFormat } from '../key-value/row-codec.ts'
import { rowOverheadBytes } from '../key-value/row-sizes.ts'
import { detached, type KeyedRow, type Row } from '../key-value/row.ts'
import { overlay, translated } from '../key-value/row-iterators.ts'
import { ascending, descending } from '../key-value/key-order.ts'
import type { BaseRows } from '../key-value/key-value-rows.ts'

/**
 * The writes of a store that are on their way to storage. `put` adds an *open* write. `commit` makes the open writes *committed*.
 * `checkpoint` hands the committed writes to storage. `checkpointed` removes the writes that storage now has. Reads return the newest
 * write of a key, whatever its generation. A key without buffered writes is read from storage.
 *
 * `#newest` holds the newest write of each key, until storage is known to have it. `#open`, `#committed` and `#written` are the
 * generations. `#committed` and `#written` hold rows of their own, because `#newest` may have a newer, open write of the same key.
 */
export class WriteBuffer implements BaseRows {
  readonly #table: StorageTable
  readonly #format: RowFormat
  readonly #newest = new OrderedMap<Row | null>()
  readonly #open = new Set<string>()
  #committed = new Map<string, Row | null>()
  #written = new Map<string, Row | null>()
  /** The writes of the last checkpoint. Recent keys are often read again: `get` need not decode their rows from storage. */
  #recent = new Map<string, Row | null>()
  #bytes = 0

  constructor(table: StorageTable, format: RowFormat) {
    this.#table = table
    this.#format = format
  }

  get dirtyBytes(): number {
    return this.#bytes
  }

  get heldBytes(): number {
    return this.#bytes
  }

  get(key: string): Row | null {
    const row = this.#newest.get(key)
    if (row !== undefined) return row
    const recent = this.#recent.get(key)
    return recent === undefined ? this.#stored(key) : recent
  }

  put(key: string, row: Row | null): void {
    this.#replace(key, row && detached(row))
    this.#open.add(key)
  }

  restore(key: string, row: Row | null): void {
    const own = row && detached(row)
    this.#replace(key, own)
    this.#committed.set(key, own)
  }

  scan(range: OrderedRange): IterableIterator<KeyedRow> {
    const stored = this.#table.iterate({ from: bound(range.from), to: bound(range.to), reverse: range.reverse === true })
    return overlay(
      this.#newest.scan(range),
      translated(stored, ({ key, value }) => [latin1(key), this.#format.read(value)]),
      range.reverse === true ? descending : ascending,
    )
  }

  /** An estimate: a key that is both stored and buffered counts twice, and a buffered deletion counts as a row. */
  count(): number {
    return this.#table.count() + this.#newest.size
  }

  commit(): void {
    for (const key of this.#open) this.#committed.set(key, this.#newest.get(key) ?? null)
    this.#open.clear()
  }

  /** Appends the committed writes to `writes`, in key order. If the last checkpoint failed, its writes are appended again. */
  checkpoint(writes: StorageWrite[]): void {
    const table = this.#table
    for (const [key, row] of this.#committed) this.#written.set(key, row)
    this.#committed = new Map()
    for (const key of [...this.#written.keys()].sort()) {
      const row = this.#written.get(key)!
      writes.push({ table, key: fromLatin1(key), value: row && this.#format.write(row) })
    }
  }

  checkpointed(): void {
    for (const key of this.#written.keys()) if (!this.#open.has(key) && !this.#committed.has(key)) this.#forget(key)
    if (this.#written.size === 0) return
    this.#recent = this.#written
    this.#written = new Map()
  }

  #stored(key: string): Row | null {
    const bytes = this.#table.get(fromLatin1(key))
    return bytes === undefined ? null : this.#format.read(bytes)
  }

  #replace(key: string, row: Row | null): void {
    const old = this.#newest.get(key)
    this.#bytes += rowBytes(row) - (old === undefined ? -key.length - rowOverheadBytes : rowBytes(old))
    this.#newest.set(key, row)
  }

  #forget(key: string): void {
    const old = this.#newest.get(key)
    if (old === undefined) return
    this.#bytes -= rowBytes(old) + key.length + rowOverheadBytes
    this.#newest.delete(key)
  }
}

function rowBytes(row: Row | null): number {
  return row === null ? 0 : row.bytes.byteLength
}

function bound(key: string | undefined): Uint8Array | undefined {
  return key === undefined ? undefined : fromLatin1(key)
}
