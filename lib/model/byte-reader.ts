import { asBuffer } from './bytes.ts'

/**
 * Reads big-endian numbers and slices from bytes that are not trusted, one after the other. A read beyond the end throws, so a
 * wrong length or count does no harm. The readers of formats extend this class, and pass the function that makes their error.
 */
export class ByteReader {
  readonly #bytes: Buffer
  readonly #broken: (what: string) => Error
  #at = 0

  /** `broken` makes the error. Its argument says what is wrong, e.g. `8 bytes at 20 are beyond its 24 bytes`. */
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

  /** Beyond 2^53 it returns the nearest double. */
  int64(): number {
    const at = this.#pass(8)
    return this.#bytes.readInt32BE(at) * 0x1_0000_0000 + this.#bytes.readUInt32BE(at + 4)
  }

  /** Reads `length` bytes as a view. */
  slice(length: number): Buffer {
    const at = this.#pass(length)
    return this.#bytes.subarray(at, at + length)
  }

  utf8(length: number): string {
    const at = this.#pass(length)
    return this.#bytes.toString('utf8', at, at + length)
  }

  /** Reads `count` items, each by `read`. A negative count gives an empty list. */
  items<T>(count: number, read: (reader: this) => T): T[] {
    const items: T[] = []
    for (let index = 0; index < count; index++) items.push(read(this))
    return items
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  /** The number of bytes that have not been read. */
  get remaining(): number {
    return this.#bytes.length - this.#at
  }

  /** Returns the bytes that have not been read, as a view. */
  rest(): Buffer {
    return this.#bytes.subarray(this.#at)
  }

  /** Throws the error of the format. */
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
