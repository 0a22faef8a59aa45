import { leaving, type Pin, type VersionedTable } from '../../kernel/versioned-table.ts'
import type { KeyRange } from '../../kernel/ordered-rows.ts'
import { latin1Slice } from '../../model/bytes.ts'
import { row, type Row } from './row.ts'

type Entry = readonly [key: string, row: Row | null]

/** Scans that were forgotten before their end. Their pins would keep old versions for ever. */
const forgotten = new FinalizationRegistry<() => void>((unpin) => unpin())

/** The rows of a table in a range, as of now, in the order of their keys. A deletion is a row of null. */
export class TableScan extends Iterator<Entry, undefined> {
  readonly #table: VersionedTable
  readonly #pin: Pin
  readonly #rows: IterableIterator<number>
  #isOpen = true

  constructor(table: VersionedTable, range: KeyRange) {
    super()
    const pin = table.pin()
    this.#table = table
    this.#pin = pin
    this.#rows = table.scan(range)
    forgotten.register(this, () => table.unpin(pin), this)
  }

  next(): IteratorResult<Entry, undefined> {
    const table = this.#table
    for (let step = this.#next(); step.done !== true; step = this.#next()) {
      const version = table.versionAt(step.value, this.#pin)
      const length = version === 0 ? leaving : table.valueLength(version)
      if (length !== leaving)
        return { done: false, value: [this.#key(step.value), length < 0 ? null : this.#row(version, length)] }
    }
    return this.return()
  }

  override return(): IteratorResult<Entry, undefined> {
    if (this.#isOpen) {
      this.#isOpen = false
      this.#table.unpin(this.#pin)
      forgotten.unregister(this)
    }
    return { done: true, value: undefined }
  }

  #next(): IteratorResult<number, unknown> {
    return this.#isOpen ? this.#rows.next() : { done: true, value: undefined }
  }

  #key(row: number): string {
    const at = this.#table.keyAt(row)
    return latin1Slice(this.#table.bytes, at, at + this.#table.keyLength(row))
  }

  #row(version: number, length: number): Row {
    const at = this.#table.valueAt(version)
    return row(Buffer.from(this.#table.bytes.subarray(at, at + length)), this.#table.timestamp(version))
  }
}
