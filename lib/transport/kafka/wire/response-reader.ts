import { TransportError } from '../../../model/errors.ts'

/**
 * Reads a response in Kafka's primitive types. All lengths are checked against the bytes that are there: reading a broken response
 * throws `TRANSPORT_CORRUPT_RESPONSE`.
 */
export class ResponseReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  int8(): number {
    return this.#bytes.readInt8(this.#take(1))
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#take(2))
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#take(4))
  }

  /** An int64 as a number: offsets, ids and times. Beyond 2^53 it is the nearest double. */
  int64(): number {
    const at = this.#take(8)
    return this.#bytes.readInt32BE(at) * 0x1_0000_0000 + this.#bytes.readUInt32BE(at + 4)
  }

  boolean(): boolean {
    return this.int8() !== 0
  }

  nullableString(): string | null {
    const length = this.int16()
    return length < 0 ? null : this.#utf8(length)
  }

  string(): string {
    return this.nullableString() ?? ''
  }

  /** Bytes, as a view of the response. Null is read as no bytes. */
  data(): Buffer {
    const length = Math.max(0, this.int32())
    const at = this.#take(length)
    return this.#bytes.subarray(at, at + length)
  }

  array<T>(read: (reader: this) => T): T[] {
    return this.#items(this.int32(), read)
  }

  compactNullableString(): string | null {
    const length = this.#uvarint() - 1
    return length < 0 ? null : this.#utf8(length)
  }

  compactString(): string {
    return this.compactNullableString() ?? ''
  }

  compactArray<T>(read: (reader: this) => T): T[] {
    return this.#items(this.#uvarint() - 1, read)
  }

  skipTags(): this {
    for (let left = this.#uvarint(); left > 0; left--) {
      this.#uvarint()
      this.#take(this.#uvarint())
    }
    return this
  }

  /** The bytes that have not been read, as a view. */
  rest(): Buffer {
    return this.#bytes.subarray(this.#at)
  }

  #items<T>(count: number, read: (reader: this) => T): T[] {
    const items: T[] = []
    for (let index = 0; index < count; index++) items.push(read(this))
    return items
  }

  #uvarint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#bytes.readUInt8(this.#take(1))
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    throw corruptResponse('a number has more than 5 bytes')
  }

  #utf8(length: number): string {
    const at = this.#take(length)
    return this.#bytes.toString('utf8', at, at + length)
  }

  #take(length: number): number {
    const at = this.#at
    this.#at += length
    if (this.#at > this.#bytes.length)
      throw corruptResponse(`${length} bytes at ${at} are beyond its ${this.#bytes.length} bytes`)
    return at
  }
}

function corruptResponse(what: string): TransportError {
  const message = `A broker's response cannot be read: ${what}. Check that the address is Kafka's, and the version of the broker.`
  return new TransportError('TRANSPORT_CORRUPT_RESPONSE', 'fatal', message)
}
