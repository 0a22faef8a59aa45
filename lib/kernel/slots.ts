import { lastWord, littleEndian, type ByteKey } from './byte-key.ts'
import { keyLengthWord, keyWord } from './row-layout.ts'

const leastSlots = 16

/** How many slots each insertion moves while the table grows. With two or more, all are moved before it grows again. */
const movedAtOnce = 8

/** In the old slots: a row that was removed. */
const removed = -1

/**
 * Where the rows of a table are, by the hashes of their keys: open addressing with linear probing. A slot is two int32, the hash and the
 * row; the row 0 marks an empty slot. A table that is three quarters full doubles: later insertions move the slots, a few each, because
 * moving two millions at once would stop the loop for 20 ms. Until they are moved, the old slots are searched, too.
 */
export class Slots {
  #slots = new Int32Array(2 * leastSlots)
  #mask = leastSlots - 1
  #old: Int32Array | undefined
  /** The old slots before this one have been moved. */
  #moved = 0
  #count = 0

  /** How many rows there are. */
  get count(): number {
    return this.#count
  }

  get heldBytes(): number {
    return this.#slots.byteLength + (this.#old?.byteLength ?? 0)
  }

  /** The row with this key; 0: none. */
  find(key: ByteKey, int32: Int32Array): number {
    const row = found(this.#slots, this.#mask, key, int32)
    return row !== 0 || this.#old === undefined ? row : this.#findOld(this.#old, key, int32)
  }

  /** Adds a row. Its key is not there. */
  add(hash: number, row: number): void {
    this.#count++
    if (this.#old !== undefined) this.#move(this.#old)
    else if (this.#count * 4 > 3 * (this.#mask + 1)) this.#grow()
    place(this.#slots, this.#mask, hash, row)
  }

  /** Removes a row that is there. */
  remove(hash: number, row: number): void {
    this.#count--
    const slot = slotOf(this.#slots, this.#mask, hash, row)
    if (slot >= 0) return closeGap(this.#slots, this.#mask, slot)
    const old = this.#old!
    old[2 * slotOf(old, old.length / 2 - 1, hash, row) + 1] = removed
  }

  /** The row in the first slot of a hash, whatever its key; 0: none. */
  nearest(hash: number): number {
    return this.#slots[2 * (hash & this.#mask) + 1]!
  }

  /** How many slots there are, old ones among them. */
  get size(): number {
    return this.#mask + 1 + (this.#old === undefined ? 0 : this.#old.length / 2)
  }

  /** The row in a slot; 0: none. Whoever visits all slots, and writes meanwhile, may meet a row twice or not at all. */
  rowIn(slot: number): number {
    if (slot <= this.#mask) return this.#slots[2 * slot + 1]!
    const old = slot - this.#mask - 1
    return old < this.#moved ? 0 : Math.max(0, this.#old![2 * old + 1]!)
  }

  /** All rows, in no order. Nothing is added or removed meanwhile. */
  *rows(): Generator<number, undefined> {
    for (let at = 1; at < this.#slots.length; at += 2) if (this.#slots[at] !== 0) yield this.#slots[at]!
    const old = this.#old
    if (old === undefined) return
    for (let at = 2 * this.#moved + 1; at < old.length; at += 2) if (old[at]! > 0) yield old[at]!
  }

  clear(): void {
    this.#slots = new Int32Array(2 * leastSlots)
    this.#mask = leastSlots - 1
    this.#old = undefined
    this.#count = 0
  }

  #grow(): void {
    this.#old = this.#slots
    this.#moved = 0
    this.#slots = new Int32Array(2 * this.#old.length)
    this.#mask = this.#old.length - 1
  }

  #move(old: Int32Array): void {
    const end = Math.min(old.length / 2, this.#moved + movedAtOnce)
    for (let slot = this.#moved; slot < end; slot++)
      if (old[2 * slot + 1]! > 0) place(this.#slots, this.#mask, old[2 * slot]!, old[2 * slot + 1]!)
    this.#moved = end
    if (2 * end === old.length) this.#old = undefined
  }

  /** A row that was moved is still in its old slot, too. It may have been removed since, so that the old slot must not count. */
  #findOld(old: Int32Array, key: ByteKey, int32: Int32Array): number {
    const mask = old.length / 2 - 1
    for (let slot = key.hash & mask; old[2 * slot + 1] !== 0; slot = (slot + 1) & mask) {
      const row = old[2 * slot + 1]!
      if (slot >= this.#moved && row !== removed && old[2 * slot] === key.hash && hasKey(int32, row, key)) return row
    }
    return 0
  }
}

function found(slots: Int32Array, mask: number, key: ByteKey, int32: Int32Array): number {
  const { hash } = key
  for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
    const row = slots[2 * slot + 1]!
    if (row === 0 || (slots[2 * slot] === hash && hasKey(int32, row, key))) return row
  }
}

/** Whether the key of a row is this one. The row's key is filled up with zeros, so that whole words are compared. */
function hasKey(int32: Int32Array, row: number, { bytes, at, length }: ByteKey): boolean {
  let word = row * 2
  if (int32[word + keyLengthWord] !== length) return false
  word += keyWord
  const end = at + length
  const words = end - (length & 3)
  let index = at
  for (; index < words; index += 4) if (int32[word++] !== littleEndian(bytes, index)) return false
  return index === end || int32[word] === lastWord(bytes, index, end)
}

function place(slots: Int32Array, mask: number, hash: number, row: number): void {
  let slot = hash & mask
  while (slots[2 * slot + 1] !== 0) slot = (slot + 1) & mask
  slots[2 * slot] = hash
  slots[2 * slot + 1] = row
}

/** The slot of a row; -1: it is not there. */
function slotOf(slots: Int32Array, mask: number, hash: number, row: number): number {
  for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
    if (slots[2 * slot + 1] === row) return slot
    if (slots[2 * slot + 1] === 0) return -1
  }
}

/** Empties a slot, and moves later ones of its run back, so that none lies behind a gap before its place (Knuth 6.4, algorithm R). */
function closeGap(slots: Int32Array, mask: number, gap: number): void {
  let empty = gap
  for (let slot = (gap + 1) & mask; slots[2 * slot + 1] !== 0; slot = (slot + 1) & mask) {
    const home = slots[2 * slot]! & mask
    if (((slot - home) & mask) < ((slot - empty) & mask)) continue
    slots[2 * empty] = slots[2 * slot]!
    slots[2 * empty + 1] = slots[2 * slot + 1]!
    empty = slot
  }
  slots[2 * empty + 1] = 0
}
