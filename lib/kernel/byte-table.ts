import type { ByteKey } from './byte-key.ts'
import { Heap } from './heap.ts'
import {
  epochWord,
  hashWord,
  headBytes,
  inlineBytes,
  keyLengthWord,
  keyWord,
  olderWord,
  ownWord,
  timestampField,
  valueLengthWord,
  valueWord,
} from './row-layout.ts'
import { Slots } from './slots.ts'

const keyBytes = keyWord * 4
const valueBytes = valueWord * 4
const unit = 8

/** The length of a value that is absent: the row is a deletion. Any length below 0 means that. */
export const noValue = -1

/**
 * Rows by their keys, without an object for any of them: a key is bytes, a value is bytes or absent, and each row has a timestamp. A row is
 * a number, which stays the same for the row's life; 0 is no row. Keys and values are copied in. To read them, the caller asks for their
 * place in `bytes`, which is **another buffer after any write**. Whoever hands bytes on to user code copies them.
 */
export class ByteTable {
  protected readonly heap = new Heap()
  protected readonly slots = new Slots()
  /** What `touch` read. It is kept, or V8 would leave the reads out. */
  #touched = 0

  /** How many rows there are, deletions included. */
  get count(): number {
    return this.slots.count
  }

  /** The bytes of all rows, with their keys, their values and what is kept of older ones. */
  get usedBytes(): number {
    return this.heap.usedBytes
  }

  /** The bytes that were taken from the system, those of the index among them. */
  get heldBytes(): number {
    return this.heap.heldBytes + this.slots.heldBytes
  }

  /** The memory that keys and values lie in. */
  get bytes(): Buffer {
    return this.heap.memory.bytes
  }

  /** The row of a key; 0: none. */
  find(key: ByteKey): number {
    return this.slots.find(key, this.heap.memory.int32)
  }

  /**
   * Reads what the rows of these keys will need, so that it is in the processor's cache when they are written. The misses of all of them
   * overlap: without this, a read-modify-write waits for three, one after the other. Sixteen keys at a time are best.
   */
  touch(hashes: Int32Array, from: number, to: number): void {
    const { slots, heap } = this
    const { int32 } = heap.memory
    let read = this.#touched
    for (let index = from; index < to; index++) read ^= slots.nearest(hashes[index]!)
    for (let index = from; index < to; index++) {
      const word = slots.nearest(hashes[index]!) * 2
      read ^= int32[word]! ^ int32[word + keyWord]!
    }
    for (let index = from; index < to; index++) {
      const word = slots.nearest(hashes[index]!) * 2
      if (int32[word + valueLengthWord]! > inlineBytes) read ^= int32[int32[word + valueWord]! * 2]!
    }
    this.#touched = read
  }

  /** The bytes of the index. */
  get indexBytes(): number {
    return this.slots.heldBytes
  }

  /** How many places for rows the index has. With `rowIn` a hand goes round the rows while they come and go. */
  get places(): number {
    return this.slots.size
  }

  /** The row in a place below `places`; 0: none. */
  rowIn(place: number): number {
    return this.slots.rowIn(place)
  }

  /** All rows, in no order. Nothing is written meanwhile. */
  rows(): Generator<number, undefined> {
    return this.slots.rows()
  }

  keyLength(row: number): number {
    return this.heap.memory.int32[row * 2 + keyLengthWord]!
  }

  /** Where the key of a row begins, in `bytes`. */
  keyAt(row: number): number {
    return row * unit + keyBytes
  }

  hash(row: number): number {
    return this.heap.memory.int32[row * 2 + hashWord]!
  }

  /** The bytes of the value; below 0: the row is a deletion. */
  valueLength(row: number): number {
    return this.heap.memory.int32[row * 2 + valueLengthWord]!
  }

  /** Where the value of a row begins, in `bytes`. */
  valueAt(row: number): number {
    const { int32 } = this.heap.memory
    const word = row * 2
    return int32[word + valueLengthWord]! <= inlineBytes ? row * unit + valueBytes : int32[word + valueWord]! * unit
  }

  timestamp(row: number): number {
    return this.heap.memory.float64[row + timestampField]!
  }

  setTimestamp(row: number, timestamp: number): void {
    this.heap.memory.float64[row + timestampField] = timestamp
  }

  /** The word of the layer that owns the table. */
  own(row: number): number {
    return this.heap.memory.int32[row * 2 + ownWord]!
  }

  setOwn(row: number, value: number): void {
    this.heap.memory.int32[row * 2 + ownWord] = value
  }

  /** Adds a row without a value, of timestamp 0. Its key is not there. */
  protected addRow({ bytes, at, length, hash }: ByteKey): number {
    const row = this.heap.allocate(headBytes + length)
    const { int32, float64, bytes: memory } = this.heap.memory
    const word = row * 2
    int32[word + keyLengthWord] = length
    int32[word + hashWord] = hash
    int32[word + valueLengthWord] = noValue
    int32[word + epochWord] = 0
    float64[row + timestampField] = 0
    int32[word + olderWord] = 0
    int32[word + ownWord] = 0
    if (length > 0) int32[word + keyWord + ((length - 1) >> 2)] = 0
    copy(bytes, at, memory, row * unit + keyBytes, length)
    this.slots.add(hash, row)
    return row
  }

  /** Gives a row a copy of these bytes as its value. The former value goes. */
  protected setValue(row: number, bytes: Buffer, at: number, length: number): void {
    copy(bytes, at, this.bytesFor(row, length), this.valueAt(row), length)
  }

  /** Gives a row a value of this length, to be filled in at `valueAt(row)` of the buffer that is returned. */
  protected bytesFor(row: number, length: number): Buffer {
    const { int32 } = this.heap.memory
    const word = row * 2
    const isKept =
      length > inlineBytes && int32[word + valueLengthWord]! > inlineBytes && this.heap.fits(int32[word + valueWord]!, length)
    if (!isKept) this.#allocateValue(row, length)
    this.heap.memory.int32[word + valueLengthWord] = length
    return this.heap.memory.bytes
  }

  /** Makes a row a deletion. `length` is below 0. */
  protected clearValue(row: number, length: number): void {
    this.releaseValue(row)
    this.heap.memory.int32[row * 2 + valueLengthWord] = length
  }

  protected releaseValue(row: number): void {
    const { int32 } = this.heap.memory
    if (int32[row * 2 + valueLengthWord]! > inlineBytes) this.heap.release(int32[row * 2 + valueWord]!)
  }

  /** The new block is taken first: without memory for it, the row keeps what it has. */
  #allocateValue(row: number, length: number): void {
    const block = length > inlineBytes ? this.heap.allocate(length) : 0
    this.releaseValue(row)
    this.heap.memory.int32[row * 2 + valueWord] = block
  }
}

/** Copies a few bytes by a loop, which is faster than a call up to this many. */
const looped = 32

function copy(from: Buffer, at: number, to: Buffer, target: number, length: number): void {
  if (length > looped) return void from.copy(to, target, at, at + length)
  for (let index = 0; index < length; index++) to[target + index] = from[at + index]!
}
