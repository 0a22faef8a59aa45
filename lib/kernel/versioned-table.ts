import { assert } from '../model/assert.ts'
import type { ByteKey } from './byte-key.ts'
import { ByteTable, noValue } from './byte-table.ts'
import { IntQueue } from './int-queue.ts'
import { OrderedRows, type KeyRange } from './ordered-rows.ts'
import { epochWord, headBytes, keyLengthWord, olderWord, timestampField, valueLengthWord, valueWord } from './row-layout.ts'

/** The length of the value of a deletion that goes as soon as no pin shows an older version: nobody but these pins sees the row. */
export const leaving = -2

/** In an older version this word, which counts the key in a row, is the row that it belongs to. */
const rowWord = keyLengthWord

/** What no pin shows any more is freed in portions of so many versions: 2 to 8 ms. A checkpoint of a million rows may leave as many. */
const portion = 8_192

/** A state of a table that is kept. */
export interface Pin {
  /** The last epoch whose writes it shows. */
  readonly epoch: number
}

/**
 * A table that can be read as it was. Writes belong to the present epoch. `pin` ends the epoch, and keeps the state of its end: while it is
 * kept, the first write of a row in a later epoch leaves the former version beside the row. Nothing is copied by a pin, and rows that are
 * not written cost nothing. A version is read as a row is; it has no key.
 *
 * Iterators pin the state that they show. A write buffer pins what Kafka has committed, so that a checkpoint can store that while later
 * writes are made.
 */
export class VersionedTable extends ByteTable {
  readonly #order = new OrderedRows(this, (row) => this.#free(row))
  /** From the oldest to the newest. */
  readonly #pins: Pin[] = []
  /** Versions that were replaced, each with the epoch of that. */
  readonly #replaced = new IntQueue()
  /** Blocks of rows that are gone, each with the epoch of that. Scans that are open may still come upon them. */
  readonly #gone = new IntQueue()
  readonly #lastEpoch: number
  /** Called at the first write of a row in an epoch. A layer that stores the rows notes them by it. */
  written: (row: number) => void = nothing
  #epoch = 1
  #newestPin = 0

  /** `lastEpoch`: epochs are numbered anew when this one is reached. */
  constructor(lastEpoch = 2 ** 31 - 2) {
    super()
    this.#lastEpoch = lastEpoch
  }

  /** Keeps the state of this moment, until `unpin`. Later writes belong to a later epoch. */
  pin(): Pin {
    if (this.#epoch >= this.#lastEpoch) this.#renumber()
    this.reclaim()
    const pinned = { epoch: this.#epoch++ }
    this.#pins.push(pinned)
    this.#newestPin = pinned.epoch
    return pinned
  }

  /** Ends a pin. What only it kept goes: a portion of it at once, the rest by `reclaim` or later pins. */
  unpin(pin: Pin): void {
    this.#pins.splice(this.#pins.lastIndexOf(pin), 1)
    this.#newestPin = this.#pins.at(-1)?.epoch ?? 0
    this.reclaim()
  }

  /** Frees a portion of what no pin shows any more. Returns whether more may be left. */
  reclaim(): boolean {
    // All pins are of that epoch or later ones, and show what came after.
    const oldest = this.#pins[0]?.epoch ?? this.#epoch
    for (let left = portion; left > 0; left--)
      if (this.#replaced.epoch <= oldest) this.#dropVersion(this.#replaced.shift())
      else if (this.#gone.epoch <= oldest) this.heap.release(this.#gone.shift())
      else return false
    return true
  }

  /** The version of a row that a pin shows: the row itself, or an older version of it; 0: there was no such row. */
  versionAt(row: number, { epoch }: Pin): number {
    const { int32 } = this.heap.memory
    let version = row
    while (version !== 0 && int32[version * 2 + epochWord]! > epoch) version = int32[version * 2 + olderWord]!
    return version
  }

  /** Whether a row was written after this state. */
  isNewer(row: number, { epoch }: Pin): boolean {
    return this.#epochOf(row) > epoch
  }

  /** Writes a value. Returns its row. The bytes do not lie in this table: it may grow before they are read. */
  put(key: ByteKey, bytes: Buffer, at: number, length: number, timestamp: number): number {
    const row = this.rowFor(key)
    this.setValue(row, bytes, at, length)
    this.setTimestamp(row, timestamp)
    return row
  }

  /** Writes a value of a row that is there. */
  putRow(row: number, bytes: Buffer, at: number, length: number, timestamp: number): void {
    this.#preserve(row)
    this.setValue(row, bytes, at, length)
    this.setTimestamp(row, timestamp)
  }

  /** A row of this key that may be written, by `setValue` or in place: what a pin shows of it is safe. */
  rowFor(key: ByteKey): number {
    const row = this.find(key)
    if (row === 0) return this.add(key)
    this.#preserve(row)
    return row
  }

  /** Deletes a row. While a pin shows what it was, it stays as a deletion. */
  delete(key: ByteKey): void {
    const row = this.find(key)
    if (row !== 0) this.deleteRow(row)
  }

  /** Deletes a row that is there. */
  deleteRow(row: number): void {
    this.#preserve(row)
    if (this.#older(row) === 0) this.drop(row)
    else this.clearValue(row, leaving)
  }

  /** Writes a deletion, as a row of its own, which stays. Returns the row. */
  putDeletion(key: ByteKey, timestamp: number): number {
    const row = this.rowFor(key)
    this.clearValue(row, noValue)
    this.setTimestamp(row, timestamp)
    return row
  }

  /** Makes a row that is there a deletion, which stays. */
  putRowDeletion(row: number, timestamp: number): void {
    this.#preserve(row)
    this.clearValue(row, noValue)
    this.setTimestamp(row, timestamp)
  }

  /** Makes a row what a pin shows of it, which is a write of its own. A row that the pin does not show goes. */
  revert(row: number, pin: Pin): void {
    const version = this.versionAt(row, pin)
    if (version === row) return
    const length = version === 0 ? leaving : this.valueLength(version)
    if (length === leaving) return this.deleteRow(row)
    if (length < 0) return this.putRowDeletion(row, this.timestamp(version))
    const at = this.valueAt(version)
    this.putRow(row, Buffer.from(this.bytes.subarray(at, at + length)), 0, length, this.timestamp(version))
  }

  /** Makes all rows what a pin shows of them. It visits all rows. */
  revertAll(pin: Pin): void {
    const newer = [...this.slots.rows()].filter((row) => this.isNewer(row, pin))
    for (const row of newer) this.revert(row, pin)
  }

  /** Whether no pin shows a row, so that it may be dropped. */
  isUnseen(row: number): boolean {
    return this.#newestPin < this.#epochOf(row) && this.#older(row) === 0
  }

  /** Removes a row that no pin shows, whatever its value. */
  drop(row: number): void {
    assert(this.#older(row) === 0, 'Nothing is dropped that a pin shows.')
    this.rowRemoved(row)
    this.slots.remove(this.hash(row), row)
    this.releaseValue(row)
    this.#order.removed(row)
  }

  /** The rows whose keys are in a range, in their order, as of the pinned epoch. Rows without a value are left out by the caller. */
  scan(range: KeyRange): IterableIterator<number> {
    return this.#order.scan(range)
  }

  /** Adds a row, a deletion until it is written. Its key is not there. */
  add(key: ByteKey): number {
    const row = this.addRow(key)
    this.heap.memory.int32[row * 2 + epochWord] = this.#epoch
    this.#order.added(row)
    this.rowAdded(row)
    this.written(row)
    return row
  }

  /** Called when a row has been added. */
  protected rowAdded(_row: number): void {}

  /** Called before a row goes. */
  protected rowRemoved(_row: number): void {}

  /** Before the first write of a row in this epoch: the version that a pin shows is put beside it. */
  #preserve(row: number): void {
    const last = this.heap.memory.int32[row * 2 + epochWord]!
    if (last === this.#epoch) return
    if (last <= this.#newestPin) this.#pushVersion(row)
    this.heap.memory.int32[row * 2 + epochWord] = this.#epoch
    this.written(row)
  }

  #pushVersion(row: number): void {
    const version = this.heap.allocate(headBytes)
    const { int32, float64 } = this.heap.memory
    const [from, to] = [row * 2, version * 2]
    int32[to + rowWord] = row
    int32[to + epochWord] = int32[from + epochWord]!
    int32[to + valueLengthWord] = int32[from + valueLengthWord]!
    int32[to + valueWord] = int32[from + valueWord]!
    int32[to + valueWord + 1] = int32[from + valueWord + 1]!
    int32[to + olderWord] = int32[from + olderWord]!
    float64[version + timestampField] = float64[row + timestampField]!
    // The value is the version's now. The row has none until it is written.
    int32[from + valueLengthWord] = noValue
    int32[from + olderWord] = version
    this.#replaced.push(version, this.#epoch)
  }

  #older(row: number): number {
    return this.heap.memory.int32[row * 2 + olderWord]!
  }

  /** Versions are dropped in the order in which they were replaced: this one is the oldest of its row. */
  #dropVersion(version: number): void {
    const { int32 } = this.heap.memory
    const row = int32[version * 2 + rowWord]!
    let newer = row
    while (int32[newer * 2 + olderWord] !== version) newer = int32[newer * 2 + olderWord]!
    int32[newer * 2 + olderWord] = 0
    this.releaseValue(version)
    this.heap.release(version)
    if (newer === row && this.valueLength(row) === leaving) this.drop(row)
  }

  #free(row: number): void {
    if (this.#pins.length === 0) this.heap.release(row)
    else this.#gone.push(row, this.#epoch)
  }

  #epochOf(row: number): number {
    return this.heap.memory.int32[row * 2 + epochWord]!
  }

  /**
   * Numbers the epochs from 1. What no pin tells apart gets one number, so that the order of epochs and pins stays. It visits all rows,
   * once in two thousand million pins.
   */
  #renumber(): void {
    const pinned = [...new Set(this.#pins.map(({ epoch }) => epoch))]
    const numbered = (epoch: number): number => 1 + pinned.filter((pin) => pin < epoch).length
    this.#replaced.renumber(numbered)
    this.#gone.renumber(numbered)
    for (const row of this.slots.rows()) this.#renumberVersions(row, numbered)
    for (const pin of this.#pins) (pin as { epoch: number }).epoch = numbered(pin.epoch)
    this.#epoch = 1 + pinned.length
    this.#newestPin = this.#pins.at(-1)?.epoch ?? 0
  }

  #renumberVersions(row: number, numbered: (epoch: number) => number): void {
    const { int32 } = this.heap.memory
    for (let version = row; version !== 0; version = int32[version * 2 + olderWord]!)
      int32[version * 2 + epochWord] = numbered(int32[version * 2 + epochWord]!)
  }
}

function nothing(): void {}
