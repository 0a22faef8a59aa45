import { asBuffer } from './bytes.ts'

/**
 * Reads numbers (big-endian) and slices, one after the other, from bytes that are not trusted. A read beyond the end throws the error
 * that the format makes of it: so a wrong length or count ends at the end of the bytes, and costs no more than those. Formats derive
 * from this class and add what they consist of.
 */
export class ByteReader {
  readonly #bytes: Buffer
  readonly #broken: (what: string) => Error
  #at = 0

  /** `broken` makes the error. It is told what is wrong: `8 bytes at 20 are beyond its 24 bytes`. */
  constructor(bytes: Uint8Array, broken: (what: string) => Error) {
    this.#bytes = asBuffer(bytes)
    this.#broken = broken
  }

  int8(): number {
    return this.#bytes.readInt8(this.#pass(1))
  }

  uint8(): number {
    return this.#bytes.readUInt8(this.#pass(1))
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#pass(2))
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#pass(4))
  }

  /** Beyond 2^53 it is the nearest double. */
  int64(): number {
    const at = this.#pass(8)
    return this.#bytes.readInt32BE(at) * 0x1_0000_0000 + this.#bytes.readUInt32BE(at + 4)
  }

  /** A view. */
  slice(length: number): Buffer {
    const at = this.#pass(length)
    return this.#bytes.subarray(at, at + length)
  }

  utf8(length: number): string {
    const at = this.#pass(length)
    return this.#bytes.toString('utf8', at, at + length)
  }

  /** So many items, each by `read`. A count below 0 is that of an empty list. */
  items<T>(count: number, read: (reader: this) => T): T[] {
    const items: T[] = []
    for (let index = 0; index < count; index++) items.push(read(this))
    return items
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  /** The bytes that have not been read, as a view. */
  rest(): Buffer {
    return this.#bytes.subarray(this.#at)
  }

  /** Throws the format's error. */
  fail(what: string): never {
    throw this.#broken(what)
  }

  #pass(length: number): number {
    const at = this.#at
    if (length < 0 || length > this.#bytes.length - at)
      this.fail(`${length} bytes at ${at} are beyond its ${this.#bytes.length} bytes`)
    this.#at += length
    return at
  }
}
