import type { ByteKey } from '../../kernel/byte-key.ts'
import { IntList } from '../../kernel/int-list.ts'
import type { KeyRange } from '../../kernel/ordered-rows.ts'
import { headBytes } from '../../kernel/row-layout.ts'
import { sortRows, sortSteps } from '../../kernel/sort-rows.ts'
import { noValue } from '../../kernel/byte-table.ts'
import { leaving, VersionedTable, type Pin } from '../../kernel/versioned-table.ts'
import { assert } from '../../model/assert.ts'
import type { StorageTable, StorageWrite } from '../../storage/storage.ts'
import type { BaseByteRows } from '../key-value/byte-rows.ts'
import { ascending, descending } from '../key-value/key-order.ts'
import { overlay } from '../key-value/row-iterators.ts'
import { RowView } from '../key-value/row-view.ts'
import type { KeyedRow } from '../key-value/row.ts'
import { scanStored, storageWrite, viewStored, type StoredRows } from '../key-value/stored-rows.ts'
import { TableScan } from '../key-value/table-scan.ts'
import { viewOf } from '../key-value/table-rows.ts'
import type { ViewFormat } from '../key-value/view-codec.ts'
import type { CacheBudget, EvictableCache } from '../state-store.ts'

// Flags in the own word of a row: in which of the three lists it is, and whether it was read since the hand has passed it.
const flags = [1, 2, 4] as const
const isDirty = 7
const isUsed = 8

/** Rows on their way to storage. The own word of each has the flag of the list. */
class DirtyRows {
  readonly rows = new IntList()
  readonly flag: number

  constructor(flag: number) {
    this.flag = flag
  }
}

/** For room in memory, the hand goes so many steps at a time: a million rows in a row would stop the loop. */
const mostSteps = 16_384

/**
 * The rows of a store on disk that are in memory: all that are on their way to storage, and of those that storage has as many as there is
 * room for. `put` adds an *open* row. `commit` makes the open rows *committed*, and pins that state. `checkpoint` hands the committed rows
 * to storage, as the pin shows them, whatever was written since. `checkpointed` makes them *clean*: storage has them.
 *
 * A table that began empty and has let no row go is complete. Then a key that it does not have is in storage neither.
 */
export class TableBuffer implements BaseByteRows, EvictableCache {
  readonly #stored: StoredRows
  readonly #kept: CacheBudget | undefined
  readonly #table = new VersionedTable()
  readonly #view = new RowView()
  #open = new DirtyRows(flags[0])
  #committed = new DirtyRows(flags[1])
  #written = new DirtyRows(flags[2])
  /** Shows the committed state. Undefined: no row is committed but not handed to storage, or all that is written is committed. */
  #pin: Pin | undefined
  /** Shows the state that the last checkpoint has handed to storage. */
  #writtenPin: Pin | undefined
  #dirtyBytes = 0
  #keptBytes = 0
  #hand = 0
  #isComplete: boolean

  /** `kept`: the room for clean rows that all stores share. Without it none are kept. */
  constructor(storage: StorageTable, format: ViewFormat, kept?: CacheBudget) {
    this.#stored = { table: storage, format }
    this.#kept = kept
    this.#isComplete = isEmpty(storage)
    kept?.register(this)
  }

  get dirtyBytes(): number {
    return this.#dirtyBytes
  }

  get heldBytes(): number {
    return this.#table.usedBytes + this.#table.indexBytes
  }

  /** Of clean rows, as their budget counts them. */
  get bytes(): number {
    return this.#keptBytes
  }

  get(key: ByteKey): RowView | null {
    const table = this.#table
    const row = table.find(key)
    if (row === 0 || table.valueLength(row) === leaving) return this.#isComplete ? null : this.#read(key)
    const own = table.own(row)
    if (own === 0) table.setOwn(row, isUsed)
    return viewOf(table, row, this.#view)
  }

  put(key: ByteKey, row: RowView | null): void {
    if (this.#open.rows.length === 0 && this.#committed.rows.length > 0) this.#pin = this.#table.pin()
    this.#write(key, row, this.#open)
  }

  restore(key: ByteKey, row: RowView | null): void {
    assert(this.#open.rows.length === 0, 'A store is restored before it is written.')
    this.#write(key, row, this.#committed)
  }

  scan(range: KeyRange): IterableIterator<KeyedRow> {
    const reverse = range.reverse === true
    const stored = this.#isComplete ? [].values() : scanStored(this.#stored, { ...range, reverse })
    return overlay(new TableScan(this.#table, range), stored, reverse ? descending : ascending)
  }

  /** An estimate: a key that is both stored and on its way there counts twice, and a deletion counts as a row. */
  count(): number {
    if (this.#isComplete) return this.#table.count
    return this.#stored.table.count() + this.#open.rows.length + this.#committed.rows.length + this.#written.rows.length
  }

  commit(): void {
    ;[this.#open, this.#committed] = this.#joined(this.#open, this.#committed)
    if (this.#pin !== undefined) this.#table.unpin(this.#pin)
    this.#pin = undefined
  }

  /** Without a pin nobody knows what the open rows have replaced, but storage: from there they are read. */
  rollBack(): void {
    const shown = this.#pin ?? this.#writtenPin
    const rows = this.#open.rows.toArray()
    let kept = 0
    for (const row of rows) kept += this.#takeBack(row, shown)
    this.#open.rows.clear()
    this.commit()
    this.#charge(kept)
  }

  /** Appends the committed rows to `writes`, in key order. If the last checkpoint failed, its rows are appended again. */
  checkpoint(writes: StorageWrite[]): void {
    ;[this.#committed, this.#written] = this.#joined(this.#committed, this.#written)
    if (this.#written.rows.length === 0) return
    const pin = this.#pinWritten()
    for (const row of sortRows(this.#written.rows.toArray(), this.#table)) writes.push(this.#writeOf(row, pin))
  }

  checkpointSlices(rows: number): Generator<StorageWrite[], void> | undefined {
    if (this.#committed.rows.length + this.#written.rows.length <= rows) return undefined
    ;[this.#committed, this.#written] = this.#joined(this.#committed, this.#written)
    return this.#slices(rows, this.#pinWritten())
  }

  checkpointed(): void {
    const rows = this.#written.rows.toArray()
    this.#written.rows.clear()
    this.#unpinWritten()
    let kept = 0
    for (const row of rows) kept += this.#clean(row)
    this.#charge(kept)
  }

  /** Lets clean rows go, in the order of a clock's hand: those that were not read since it has passed them last. */
  evict(bytes: number): void {
    const least = Math.max(0, this.#keptBytes - bytes)
    for (let steps = Math.min(mostSteps, 2 * this.#table.places); steps > 0 && this.#keptBytes > least; steps--) this.#step()
  }

  close(): void {
    this.#kept?.unregister(this)
  }

  /** Rows are clean as soon as their slice is stored: to clean all of them at once would stop the loop. */
  *#slices(size: number, pin: Pin): Generator<StorageWrite[], void> {
    let rows: Int32Array = this.#written.rows.toArray()
    let stored = 0
    try {
      const sorting = sortSteps(rows, this.#table)
      let step = sorting.next()
      for (; step.done !== true; step = sorting.next()) yield []
      rows = step.value
      for (; stored < rows.length; stored += size) {
        const slice = rows.subarray(stored, stored + size)
        yield Array.from(slice, (row) => this.#writeOf(row, pin))
        let kept = 0
        for (const row of slice) kept += this.#clean(row)
        this.#charge(kept)
      }
      this.#unpinWritten()
      while (this.#table.reclaim()) yield []
    } finally {
      // If storage was full, the next checkpoint begins with the rows that are left.
      this.#written.rows.clear()
      for (const row of rows.subarray(stored)) this.#written.rows.push(row)
    }
  }

  #write(key: ByteKey, row: RowView | null, { rows, flag }: DirtyRows): void {
    const table = this.#table
    const found = table.find(key)
    const id = found === 0 ? table.add(key) : found
    const own = table.own(id)
    if (found !== 0) this.#uncount(id, own)
    if (row === null) table.putRowDeletion(id, 0)
    else table.putRow(id, row.bytes, row.at, row.length, row.timestamp)
    this.#dirtyBytes += this.#sizeOf(id)
    if ((own & flag) !== 0) return
    rows.push(id)
    table.setOwn(id, own | flag)
  }

  /** Makes an open row what the pin shows of it. Returns the bytes that are kept of it, if storage has that. */
  #takeBack(row: number, shown: Pin | undefined): number {
    const table = this.#table
    const own = table.own(row) & ~this.#open.flag
    this.#dirtyBytes -= this.#sizeOf(row)
    const isShown = shown !== undefined && table.isNewer(row, shown)
    if (!isShown) this.#isComplete = false
    const version = isShown ? table.versionAt(row, shown) : 0
    const length = version === 0 ? leaving : table.valueLength(version)
    const isStored = (own & isDirty) === 0
    // A deletion that storage has is no row.
    if (length === leaving || (isStored && length === noValue)) return this.#drop(row)
    table.revert(row, shown!)
    table.setOwn(row, own)
    if (isStored) return this.#sizeOf(row)
    this.#dirtyBytes += this.#sizeOf(row)
    return 0
  }

  #uncount(row: number, own: number): void {
    if ((own & isDirty) !== 0) this.#dirtyBytes -= this.#sizeOf(row)
    else if (this.#table.valueLength(row) !== leaving) this.#charge(-this.#sizeOf(row))
  }

  #sizeOf(row: number): number {
    return headBytes + this.#table.keyLength(row) + Math.max(0, this.#table.valueLength(row))
  }

  #charge(bytes: number): void {
    this.#keptBytes += bytes
    this.#kept?.charge(bytes, this)
  }

  /** The rows of the shorter list go to the longer one. Returns the list that is empty now, and that of all rows. */
  #joined(one: DirtyRows, other: DirtyRows): [empty: DirtyRows, all: DirtyRows] {
    const [from, to] = one.rows.length < other.rows.length ? [one, other] : [other, one]
    for (let index = 0; index < from.rows.length; index++) {
      const row = from.rows.at(index)
      const own = this.#table.own(row)
      if ((own & to.flag) === 0) to.rows.push(row)
      this.#table.setOwn(row, (own & ~from.flag) | to.flag)
    }
    from.rows.clear()
    return [from, to]
  }

  /** Pins the committed state, which a checkpoint hands to storage. There is some: open rows then have a pin below them. */
  #pinWritten(): Pin {
    const last = this.#writtenPin
    const pin = this.#open.rows.length === 0 ? this.#table.pin() : (this.#pin ?? last)!
    this.#writtenPin = pin
    if (last !== undefined && last !== pin) this.#table.unpin(last)
    if (this.#pin !== undefined && this.#pin !== pin) this.#table.unpin(this.#pin)
    this.#pin = undefined
    return pin
  }

  #unpinWritten(): void {
    if (this.#writtenPin !== undefined) this.#table.unpin(this.#writtenPin)
    this.#writtenPin = undefined
  }

  #writeOf(row: number, pin: Pin): StorageWrite {
    return storageWrite(this.#stored, this.#table, row, this.#table.versionAt(row, pin))
  }

  /** Storage has a row as the pin shows it. Returns the bytes that are kept of it, if it was not written since. */
  #clean(row: number): number {
    const table = this.#table
    const own = table.own(row) & ~this.#written.flag
    table.setOwn(row, own)
    if ((own & isDirty) !== 0) return 0
    const size = this.#sizeOf(row)
    this.#dirtyBytes -= size
    const isDeletion = table.valueLength(row) === noValue
    if (!isDeletion && this.#kept !== undefined) return size
    if (!isDeletion) this.#isComplete = false
    this.#drop(row)
    return 0
  }

  #step(): void {
    const table = this.#table
    if (this.#hand >= table.places) this.#hand = 0
    const row = table.rowIn(this.#hand++)
    if (row === 0 || table.valueLength(row) < 0) return
    const own = table.own(row)
    if ((own & isDirty) !== 0) return
    if (own === isUsed) return table.setOwn(row, 0)
    this.#charge(-this.#sizeOf(row))
    this.#isComplete = false
    this.#drop(row)
  }

  /** Returns the bytes that are kept of the row: none. */
  #drop(row: number): 0 {
    this.#table.setOwn(row, 0)
    this.#table.deleteRow(row)
    return 0
  }

  /** Reads a row from storage, and keeps it. */
  #read(key: ByteKey): RowView | null {
    const stored = this.#stored.table.get(key.bytes.subarray(key.at, key.at + key.length))
    if (stored === undefined) return null
    const view = viewStored(this.#stored.format, stored, this.#view)
    if (this.#kept !== undefined) this.#keep(key, view)
    return view
  }

  #keep(key: ByteKey, { bytes, at, length, timestamp }: RowView): void {
    const row = this.#table.put(key, bytes, at, length, timestamp)
    this.#table.setOwn(row, isUsed)
    this.#charge(this.#sizeOf(row))
  }
}

function isEmpty(storage: StorageTable): boolean {
  const rows = storage.iterate({})
  const { done } = rows.next()
  rows.return?.()
  return done === true
}
