import type { ByteKey } from '../../kernel/byte-key.ts'
import { noValue } from '../../kernel/byte-table.ts'
import { IntList } from '../../kernel/int-list.ts'
import { sortSteps } from '../../kernel/sort-rows.ts'
import type { Pin, VersionedTable } from '../../kernel/versioned-table.ts'
import type { OrderedRange } from '../../storage/ordered-map.ts'
import type { StorageWrite } from '../../storage/storage.ts'
import { ascending, descending } from '../key-value/key-order.ts'
import type { BaseLayer } from '../key-value/key-value-rows.ts'
import { overlay } from '../key-value/row-iterators.ts'
import { RowView } from '../key-value/row-view.ts'
import { row, type KeyedRow, type Row } from '../key-value/row.ts'
import { scanStored, storageWrite, viewStored, type StoredRows } from '../key-value/stored-rows.ts'
import { TableScan } from '../key-value/table-scan.ts'
import type { StateStoreContext } from '../state-store.ts'
import { KeyScratch } from './key-scratch.ts'

/** Whether rows in memory can be taken back. See `StateStoreContext`. */
export type Transactional = Pick<StateStoreContext, 'isTransactional'>

/** Where rows are stored. */
export interface RowPlace extends StoredRows {
  /** `empty`: storage has none of the rows yet. Until they are released it is not read then. */
  readonly content: 'empty' | 'rows'
}

const noRows = new IntList()

/** What a checkpoint writes, from its beginning until storage has it. */
interface TakenRows {
  /** Shows the state that is written. */
  readonly pin: Pin
  /** Each row at least once. */
  readonly rows: IntList
  /** How many of them storage does not have yet. */
  left: number
}

/**
 * The rows of a segment, in a table of the kernel. A row on its way to storage is *open* from its put to the `commit`, *committed* to the
 * `checkpoint`, and stored when `checkpointed` is called. The table keeps stored rows, so that storage need not be read, until `release`.
 *
 * A pin holds the state of the last commit: open writes leave those rows beside theirs, and a checkpoint stores what the pin shows.
 */
export class SegmentRows<T extends VersionedTable = VersionedTable> implements BaseLayer {
  protected table: T
  protected readonly scratch = new KeyScratch()
  readonly #newTable: () => T
  readonly #place: RowPlace | undefined
  readonly #isTransactional: boolean
  readonly #view = new RowView()
  /** Whether storage has rows that the table lacks. */
  #isPartial: boolean
  /** The rows that storage does not have as they are, each at least once. */
  #dirty = new IntList()
  #hasOpen = false
  #committed: Pin | undefined
  #taken: TakenRows | undefined

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

  /** How many rows are on their way to storage, at most. */
  get dirtyRows(): number {
    return this.#dirty.length + (this.#taken?.left ?? 0)
  }

  /** By the mean size of rows. */
  get dirtyBytes(): number {
    return this.dirtyRows === 0 ? 0 : Math.ceil((this.dirtyRows * this.heldBytes) / this.table.count)
  }

  get heldBytes(): number {
    return this.table.usedBytes + this.table.indexBytes
  }

  /** The view is valid until the next call. */
  get(key: ByteKey): RowView | null {
    const { table } = this
    const found = table.find(key)
    if (found === 0) return this.#isPartial ? this.#readStored(key) : null
    const length = table.valueLength(found)
    return length < 0 ? null : this.#view.set(table.bytes, table.valueAt(found), length, table.timestamp(found))
  }

  /** A row of null deletes. */
  put(key: ByteKey, row: RowView | null): void {
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
      this.#isPartial ? scanStored(this.#place!, { from, to, reverse }) : [].values(),
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
    if (before !== undefined && before !== this.#taken?.pin) this.table.unpin(before)
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
    for (const slice of this.slices(Infinity)) writes.push(...slice)
  }

  /** Begins a checkpoint at once. If the last one failed, its rows are written again. */
  slices(size: number): Iterable<StorageWrite[]> {
    const taken = this.#take()
    return taken === undefined ? [] : this.#slicesOf(taken, size)
  }

  checkpointed(): void {
    const taken = this.#taken
    if (taken === undefined) return
    this.table.unpin(taken.pin)
    if (this.#committed === taken.pin) this.#committed = undefined
    this.#taken = undefined
  }

  /** Forgets the rows that storage has, unless a checkpoint is under way. From now on they are read from there. */
  release(): void {
    if (this.#taken !== undefined) return
    const [former, dirty, committed] = [this.table, this.#dirty.toArray(), this.#committed]
    this.#beginCommitted()
    for (const each of dirty) if (committed === undefined || former.isNewer(each, committed)) this.#copy(former, each, each)
  }

  #begin(): T {
    const table = this.#newTable()
    this.#dirty = new IntList()
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
    const [former, committed] = [this.table, this.#committed]
    const dirty = [this.#dirty, this.#taken?.rows ?? noRows]
    this.table = this.#begin()
    this.#isPartial = true
    this.#taken = undefined
    if (committed === undefined) return
    for (const rows of dirty) for (const each of rows.toArray()) this.#copy(former, each, former.versionAt(each, committed))
    this.#committed = this.table.pin()
  }

  /** The new pin shows the same, and ends the epoch: else the next write of a reverted row would not count as its first. */
  #revert(): void {
    const committed = this.#committed
    if (committed === undefined) return void (this.table = this.#begin())
    this.table.revertAll(committed)
    this.#committed = this.table.pin()
    this.table.unpin(committed)
  }

  #take(): TakenRows | undefined {
    const [pin, failed] = [this.#committed, this.#taken]
    if (pin === undefined || this.#place === undefined) return undefined
    const rows = this.#dirty
    if (failed !== undefined) for (const row of failed.rows.toArray()) rows.push(row)
    if (failed !== undefined && failed.pin !== pin) this.table.unpin(failed.pin)
    this.#dirty = new IntList()
    this.#taken = { pin, rows, left: rows.length }
    return this.#taken
  }

  /** What was written after the state that is stored stays dirty. */
  *#slicesOf(taken: TakenRows, size: number): Generator<StorageWrite[], void> {
    const { table } = this
    const { pin, rows } = taken
    const sorting = sortSteps(rows.toArray(), table)
    let step = sorting.next()
    for (; step.done !== true; step = sorting.next()) yield []
    const sorted = step.value
    for (let from = 0, last = 0; from < sorted.length; from += size) {
      const writes: StorageWrite[] = []
      for (const row of sorted.subarray(from, from + size)) {
        const version = row === last ? 0 : table.versionAt(row, pin)
        if (version !== 0) writes.push(storageWrite(this.#place!, table, row, version))
        if (row !== last && table.isNewer(row, pin)) this.#dirty.push(row)
        last = row
      }
      yield writes
      taken.left = Math.max(0, sorted.length - from - size)
    }
  }

  #readStored({ bytes, at, length }: ByteKey): RowView | null {
    const { table, format } = this.#place!
    const stored = table.get(bytes.subarray(at, at + length))
    return stored === undefined ? null : viewStored(format, stored, this.#view)
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
