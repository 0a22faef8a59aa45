import { ByteReader } from '../../../model/byte-reader.ts'
import { TransportError } from '../../../model/errors.ts'

/** Reads a response, or a request, in Kafka's primitive types. Its methods throw `TRANSPORT_CORRUPT_RESPONSE` for a broken response. */
export class ResponseReader extends ByteReader {
  constructor(bytes: Uint8Array) {
    super(bytes, corruptResponse)
  }

  boolean(): boolean {
    return this.int8() !== 0
  }

  uint16(): number {
    return this.int16() & 0xffff
  }

  nullableString(): string | null {
    const length = this.int16()
    return length < 0 ? null : this.utf8(length)
  }

  string(): string {
    return this.nullableString() ?? this.fail('a text that must be there is null')
  }

  /** Reads bytes as a view of the response. */
  nullableData(): Buffer | null {
    const length = this.int32()
    return length < 0 ? null : this.slice(length)
  }

  data(): Buffer {
    return this.nullableData() ?? this.fail('bytes that must be there are null')
  }

  nullableArray<T>(read: (reader: this) => T): T[] | null {
    const count = this.int32()
    return count < 0 ? null : this.#items(count, read)
  }

  array<T>(read: (reader: this) => T): T[] {
    return this.nullableArray(read) ?? this.fail('a list that must be there is null')
  }

  compactNullableString(): string | null {
    const length = this.uvarint() - 1
    return length < 0 ? null : this.utf8(length)
  }

  compactString(): string {
    return this.compactNullableString() ?? this.fail('a text that must be there is null')
  }

  compactNullableData(): Buffer | null {
    const length = this.uvarint() - 1
    return length < 0 ? null : this.slice(length)
  }

  compactNullableArray<T>(read: (reader: this) => T): T[] | null {
    const count = this.uvarint() - 1
    return count < 0 ? null : this.#items(count, read)
  }

  compactArray<T>(read: (reader: this) => T): T[] {
    return this.compactNullableArray(read) ?? this.fail('a list that must be there is null')
  }

  /** Reads the section of tagged fields that ends a structure. `onField` gets the bytes of each. */
  tags(onField: (tag: number, bytes: Buffer) => void): this {
    for (let left = this.uvarint(); left > 0; left--) onField(this.uvarint(), this.slice(this.uvarint()))
    return this
  }

  skipTags(): this {
    return this.tags(() => undefined)
  }

  uvarint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.uint8()
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    return this.fail('a number has more than 5 bytes')
  }

  // An item has at least one byte. So a wrong count cannot make the reader allocate more than the response has.
  #items<T>(count: number, read: (reader: this) => T): T[] {
    if (count > this.remaining) this.fail(`${count} items cannot be in its last ${this.remaining} bytes`)
    return this.items(count, read)
  }
}

function corruptResponse(what: string): TransportError {
  const message = `A broker's response cannot be read: ${what}. Check that the address is a Kafka broker's, and the broker's version.`
  return new TransportError('TRANSPORT_CORRUPT_RESPONSE', 'fatal', message)
}
