import type { ByteKey } from '../../kernel/byte-key.ts'
import { noValue } from '../../kernel/byte-table.ts'
import { sortRows } from '../../kernel/sort-rows.ts'
import type { Pin, VersionedTable } from '../../kernel/versioned-table.ts'
import { asBuffer, latin1 } from '../../model/bytes.ts'
import type { OrderedRange } from '../../storage/ordered-map.ts'
import type { StorageRange, StorageTable, StorageWrite } from '../../storage/storage.ts'
import { ascending, descending } from '../key-value/key-order.ts'
import type { BaseRows } from '../key-value/key-value-rows.ts'
import type { RowFormat } from '../key-value/row-codec.ts'
import { overlay, translated } from '../key-value/row-iterators.ts'
import { RowView } from '../key-value/row-view.ts'
import { row, type KeyedRow, type Row } from '../key-value/row.ts'
import { TableScan } from '../key-value/table-scan.ts'
import type { StateStoreContext } from '../state-store.ts'
import { KeyScratch } from './key-scratch.ts'

const noRow = row(Buffer.alloc(0), 0)

/** Whether rows in memory can be taken back. See `StateStoreContext`. */
export type Transactional = Pick<StateStoreContext, 'isTransactional'>

/** Where rows are stored. */
export interface RowPlace {
  readonly table: StorageTable
  readonly format: RowFormat
  /** `empty`: storage has none of the rows yet. Until they are released it is not read then. */
  readonly content: 'empty' | 'rows'
}

/**
 * The rows of a segment, in a table of the kernel. A row on its way to storage is *open* from its put to the `commit`, *committed* to the
 * `checkpoint`, and stored when `checkpointed` is called. The table keeps stored rows, so that storage need not be read, until `release`.
 *
 * A pin holds the state of the last commit: open writes leave those rows beside theirs, and a checkpoint stores what the pin shows.
 */
export class SegmentRows<T extends VersionedTable = VersionedTable> implements BaseRows {
  protected table: T
  protected readonly scratch = new KeyScratch()
  readonly #newTable: () => T
  readonly #place: RowPlace | undefined
  readonly #isTransactional: boolean
  readonly #view = new RowView()
  /** Whether storage has rows that the table lacks. */
  #isPartial: boolean
  /** The rows that storage does not have as they are, each at least once. */
  #dirty: number[] = []
  #hasOpen = false
  #committed: Pin | undefined
  /** The state that the last checkpoint wrote. */
  #taken: Pin | undefined

  /** `place` is absent for rows that are in memory only. Of these only transactional ones can be taken back. */
  constructor(newTable: () => T, place: RowPlace | undefined, { isTransactional = false }: Transactional = {}) {
    this.#newTable = newTable
    this.#place = place
    this.#isTransactional = isTransactional
    this.#isPartial = place?.content === 'rows'
    this.table = this.#begin()
  }

  protected get isPartial(): boolean {
    return this.#isPartial
  }

  /** By the mean size of rows. */
  get dirtyBytes(): number {
    return this.#dirty.length === 0 ? 0 : Math.ceil((this.#dirty.length * this.heldBytes) / this.table.count)
  }

  get heldBytes(): number {
    return this.table.usedBytes + this.table.indexBytes
  }

  get(key: string): Row | null {
    const found = this.getAt(this.scratch.of(key))
    return found && row(found.copy(), found.timestamp)
  }

  put(key: string, row: Row | null): void {
    const { bytes, timestamp } = row ?? noRow
    this.putAt(this.scratch.of(key), row && this.#view.set(asBuffer(bytes), 0, bytes.byteLength, timestamp))
  }

  restore(key: string, row: Row | null): void {
    this.put(key, row)
  }

  /** The view is valid until the next call. */
  getAt(key: ByteKey): RowView | null {
    const { table } = this
    const found = table.find(key)
    if (found === 0) return this.#isPartial ? this.#readStored(key) : null
    const length = table.valueLength(found)
    return length < 0 ? null : this.#view.set(table.bytes, table.valueAt(found), length, table.timestamp(found))
  }

  /** A row of null deletes. */
  putAt(key: ByteKey, row: RowView | null): void {
    if (row !== null) this.table.put(key, row.bytes, row.at, row.length, row.timestamp)
    else if (this.#place === undefined) this.table.delete(key)
    else this.table.putDeletion(key, 0)
  }

  scan(range: OrderedRange): IterableIterator<KeyedRow> {
    const from = range.from === undefined ? undefined : bufferOf(range.from)
    const to = range.to === undefined ? undefined : bufferOf(range.to)
    const reverse = range.reverse === true
    return overlay(
      new TableScan(this.table, { from, to, reverse }),
      this.#isPartial ? this.#scanStored({ from, to, reverse }) : [].values(),
      reverse ? descending : ascending,
    )
  }

  /** An estimate where rows were released: one that is both stored and in the table counts twice, and a deletion counts. */
  count(): number {
    return this.table.count + (this.#isPartial ? this.#place!.table.count() : 0)
  }

  commit(): void {
    if (!this.#hasOpen) return
    const before = this.#committed
    this.#committed = this.table.pin()
    if (before !== undefined && before !== this.#taken) this.table.unpin(before)
    this.#hasOpen = false
  }

  /** Of rows on disk those stay that storage does not have: what else was replaced is read from there. */
  rollBack(): void {
    if (!this.#hasOpen) return
    if (this.#place === undefined) this.#revert()
    else this.#beginCommitted()
    this.#hasOpen = false
  }

  checkpoint(writes: StorageWrite[]): void {
    const committed = this.#committed
    if (committed === undefined || this.#place === undefined) return
    if (this.#taken !== undefined && this.#taken !== committed) this.table.unpin(this.#taken)
    this.#taken = committed
    let last = 0
    for (const dirty of sortRows(Int32Array.from(this.#dirty), this.table)) {
      const version = dirty === last ? 0 : this.table.versionAt(dirty, committed)
      last = dirty
      if (version !== 0) writes.push(this.#stored(dirty, version))
    }
  }

  checkpointed(): void {
    const taken = this.#taken
    if (taken === undefined) return
    this.#dirty = [...new Set(this.#dirty)].filter((dirty) => this.table.isNewer(dirty, taken))
    this.table.unpin(taken)
    if (this.#committed === taken) this.#committed = undefined
    this.#taken = undefined
  }

  /** Forgets the rows that storage has, unless a checkpoint is under way. From now on they are read from there. */
  release(): void {
    if (this.#taken !== undefined) return
    const [former, dirty, committed] = [this.table, this.#dirty, this.#committed]
    this.#beginCommitted()
    for (const each of dirty) if (committed === undefined || former.isNewer(each, committed)) this.#copy(former, each, each)
  }

  #begin(): T {
    const table = this.#newTable()
    this.#dirty = []
    if (this.#place !== undefined)
      table.written = (written) => {
        this.#hasOpen = true
        this.#dirty.push(written)
      }
    else if (this.#isTransactional) table.written = () => void (this.#hasOpen = true)
    return table
  }

  /** Begins again with the committed rows that storage does not have. It is asked for all others. */
  #beginCommitted(): void {
    const [former, dirty, committed] = [this.table, this.#dirty, this.#committed]
    this.table = this.#begin()
    this.#isPartial = true
    this.#taken = undefined
    if (committed === undefined) return
    for (const each of dirty) this.#copy(former, each, former.versionAt(each, committed))
    this.#committed = this.table.pin()
  }

  #revert(): void {
    if (this.#committed === undefined) this.table = this.#begin()
    else this.table.revertAll(this.#committed)
  }

  #readStored({ bytes, at, length }: ByteKey): RowView | null {
    const { table, format } = this.#place!
    const stored = table.get(bytes.subarray(at, at + length))
    if (stored === undefined) return null
    const { bytes: value, timestamp } = format.read(stored)
    return this.#view.set(asBuffer(value), 0, value.byteLength, timestamp)
  }

  #scanStored(range: StorageRange): IterableIterator<KeyedRow> {
    const { table, format } = this.#place!
    return translated(table.iterate(range), ({ key, value }) => [latin1(key), format.read(value)])
  }

  #stored(row: number, version: number): StorageWrite {
    const { table, format } = this.#place!
    const [at, value] = [this.table.keyAt(row), rowIn(this.table, version)]
    const key = Buffer.from(this.table.bytes.subarray(at, at + this.table.keyLength(row)))
    return { table, key, value: value && format.write(value) }
  }

  #copy(from: VersionedTable, row: number, version: number): void {
    if (version === 0) return
    const key = this.scratch.at(from.bytes, from.keyAt(row), from.keyLength(row))
    const length = from.valueLength(version)
    if (length <= noValue) this.table.putDeletion(key, 0)
    else this.table.put(key, from.bytes, from.valueAt(version), length, from.timestamp(version))
  }
}

/** A row with a copy of the bytes: those of a table change with its next writes. Null for a deletion. */
export function rowIn(table: VersionedTable, version: number): Row | null {
  const length = table.valueLength(version)
  if (length < 0) return null
  const at = table.valueAt(version)
  const bytes = Buffer.allocUnsafe(length)
  table.bytes.copy(bytes, 0, at, at + length)
  return row(bytes, table.timestamp(version))
}

function bufferOf(key: string): Buffer {
  return Buffer.from(key, 'latin1')
}
