import { corruptBatch } from './wire-format.ts'

/** Reads varints from bytes that are not trusted, and never beyond their end. */
export class VarintReader {
  readonly bytes: Uint8Array
  readonly end: number
  at: number

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes
    this.end = bytes.length
    this.at = at
  }

  byte(): number {
    if (this.at >= this.end) throw corruptBatch('a record ends in the middle', { at: this.at })
    return this.bytes[this.at++]!
  }

  /**
   * Reads a zigzag varint of 32 bits. Varints of one and two bytes are the most frequent, and are read without a check of the
   * end. A byte beyond the end is undefined, which is not below 0x80. It therefore reaches the loop of `#int32`, which refuses
   * it.
   */
  int(): number {
    const low = this.bytes[this.at]!
    if (low < 0x80) {
      this.at += 1
      return (low >>> 1) ^ -(low & 1)
    }
    const high = this.bytes[this.at + 1]!
    if (high < 0x80) {
      this.at += 2
      const raw = (low & 0x7f) | (high << 7)
      return (raw >>> 1) ^ -(raw & 1)
    }
    return this.#int32()
  }

  /** Reads a zigzag varint of 64 bits. Beyond 2^53 it returns the nearest double. */
  long(): number {
    const low = this.bytes[this.at]!
    if (low < 0x80) {
      this.at += 1
      return (low >>> 1) ^ -(low & 1)
    }
    return this.#long64()
  }

  /** Moves over `length` bytes. */
  skip(length: number): void {
    if (length < 0 || length > this.end - this.at) throw outOfBatch(length, this.at)
    this.at += length
  }

  #int32(): number {
    let raw = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const next = this.byte()
      raw |= (next & 0x7f) << shift
      if (next < 0x80) return (raw >>> 1) ^ -(raw & 1)
    }
    throw corruptBatch('a varint has more than 5 bytes', { at: this.at })
  }

  /** Adds up groups of 7 bits as a double, which is exact up to 2^53. Larger numbers are read again as a BigInt. */
  #long64(): number {
    const start = this.at
    let raw = 0
    for (let scale = 1; scale < 2 ** 49; scale *= 128) {
      const next = this.byte()
      raw += (next & 0x7f) * scale
      if (next < 0x80) return raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2
    }
    this.at = start
    return this.#exactLong64()
  }

  #exactLong64(): number {
    let raw = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const next = this.byte()
      raw |= BigInt(next & 0x7f) << shift
      if (next < 0x80) return Number(BigInt.asIntN(64, (BigInt.asUintN(64, raw) >> 1n) ^ -(raw & 1n)))
    }
    throw corruptBatch('a varint has more than 10 bytes', { at: this.at })
  }
}

function outOfBatch(length: number, at: number): Error {
  return corruptBatch(`a length of ${length} leads out of the batch`, { at })
}

/** Returns the number of bytes of an int32 as a zigzag varint. */
export function intSize(value: number): number {
  const raw = ((value << 1) ^ (value >> 31)) >>> 0
  if (raw < 0x80) return 1
  if (raw < 0x4000) return 2
  if (raw < 0x20_0000) return 3
  return raw < 0x1000_0000 ? 4 : 5
}

/** Writes an int32 as a zigzag varint. Returns the position after it. */
export function writeInt(bytes: Uint8Array, at: number, value: number): number {
  let raw = ((value << 1) ^ (value >> 31)) >>> 0
  let next = at
  while (raw >= 0x80) {
    bytes[next++] = (raw & 0x7f) | 0x80
    raw >>>= 7
  }
  bytes[next++] = raw
  return next
}

/** Returns the number of bytes of a safe integer as a zigzag varint of 64 bits. */
export function longSize(value: number): number {
  if (isInt32(value)) return intSize(value)
  let raw = zigzag64(value)
  let size = 1
  for (; raw >= 0x80n; raw >>= 7n) size++
  return size
}

/** Writes a safe integer as a zigzag varint of 64 bits. Returns the position after it. */
export function writeLong(bytes: Uint8Array, at: number, value: number): number {
  if (isInt32(value)) return writeInt(bytes, at, value)
  let raw = zigzag64(value)
  let next = at
  for (; raw >= 0x80n; raw >>= 7n) bytes[next++] = Number(raw & 0x7fn) | 0x80
  bytes[next++] = Number(raw)
  return next
}

function isInt32(value: number): boolean {
  return value === (value | 0)
}

function zigzag64(value: number): bigint {
  const exact = BigInt(value)
  return BigInt.asUintN(64, (exact << 1n) ^ (exact >> 63n))
}
