import { isUtf8 } from 'node:buffer'

type SlicingBuffer = Buffer & { utf8Slice(start: number, end: number): string }

/** A varint of up to this many bytes is always a safe integer. A longer one may be beyond 2^53. */
const numberBytesMax = 7
const varintBytesMax = 10

/** Reads Avro binary. Its methods throw a `RangeError` if the bytes end too early, or are not valid Avro. */
export class AvroInput {
  readonly #bytes: SlicingBuffer
  #at: number

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes as SlicingBuffer
    this.#at = at
  }

  get left(): number {
    return this.#bytes.byteLength - this.#at
  }

  boolean(): boolean {
    const byte = this.#byte()
    if (byte > 1) throw new RangeError(`a boolean is ${byte}`)
    return byte === 1
  }

  int(): number {
    const value = this.long()
    if (value !== (value | 0)) throw new RangeError(`an int is ${value}`)
    return value
  }

  /** Reads a long as a number. Throws if the number is not a safe integer. */
  long(): number {
    const bytes = this.#bytes
    let value = 0
    let scale = 1
    for (let at = this.#at; at < this.#at + numberBytesMax; at++) {
      const byte = bytes[at]
      if (byte === undefined) throw truncated()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) {
        this.#at = at + 1
        return value % 2 === 0 ? value / 2 : -(value + 1) / 2
      }
      scale *= 0x80
    }
    return exactNumber(this.bigLong())
  }

  /** Reads a long as a bigint with all 64 bits. */
  bigLong(): bigint {
    let value = 0n
    for (let length = 0; length < varintBytesMax; length++) {
      const byte = this.#byte()
      value |= BigInt(byte & 0x7f) << BigInt(7 * length)
      if (byte < 0x80) return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n))
    }
    throw tooLong()
  }

  float(): number {
    return this.#bytes.readFloatLE(this.#take(4))
  }

  double(): number {
    return this.#bytes.readDoubleLE(this.#take(8))
  }

  string(): string {
    const length = this.size()
    const from = this.#take(length)
    const text = this.#bytes.utf8Slice(from, from + length)
    // The decoder replaces broken bytes by U+FFFD, but a text may also have that character itself.
    if (text.includes('\ufffd') && !isUtf8(this.#bytes.subarray(from, from + length)))
      throw new RangeError('a string is no UTF-8')
    return text
  }

  bytes(): Uint8Array {
    return this.fixed(this.size())
  }

  /** Returns a copy, because a view would keep the memory of the whole fetched batch alive. */
  fixed(size: number): Uint8Array {
    const from = this.#take(size)
    return new Uint8Array(this.#bytes.subarray(from, from + size))
  }

  skip(size: number): void {
    this.#take(size)
  }

  skipVarint(): void {
    let length = 1
    while (this.#byte() >= 0x80) if (++length > varintBytesMax) throw tooLong()
  }

  /** Reads a length in bytes. The methods that read these bytes check it against the end. */
  size(): number {
    const size = this.long()
    if (size < 0) throw new RangeError(`a length is ${size}`)
    return size
  }

  #take(size: number): number {
    if (size > this.left) throw truncated()
    this.#at += size
    return this.#at - size
  }

  #byte(): number {
    return this.#bytes[this.#take(1)]!
  }
}

function truncated(): RangeError {
  return new RangeError('they end too early')
}

function tooLong(): RangeError {
  return new RangeError(`an integer has more than ${varintBytesMax} bytes`)
}

function exactNumber(value: bigint): number {
  const number = Number(value)
  if (Number.isSafeInteger(number)) return number
  throw new RangeError(
    `a long is ${value}, beyond what a number holds exactly: declare it as { type: 'long', logicalType: 'bigint' }`,
  )
}
