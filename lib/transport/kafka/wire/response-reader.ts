import { ByteReader } from '../../../model/byte-reader.ts'
import { TransportError } from '../../../model/errors.ts'

/** Reads a response in Kafka's primitive types. Its methods throw `TRANSPORT_CORRUPT_RESPONSE` for a broken response. */
export class ResponseReader extends ByteReader {
  constructor(bytes: Uint8Array) {
    super(bytes, corruptResponse)
  }

  boolean(): boolean {
    return this.int8() !== 0
  }

  nullableString(): string | null {
    const length = this.int16()
    return length < 0 ? null : this.utf8(length)
  }

  string(): string {
    return this.nullableString() ?? ''
  }

  /** Reads bytes as a view of the response. Null becomes zero bytes. */
  data(): Buffer {
    return this.slice(Math.max(0, this.int32()))
  }

  array<T>(read: (reader: this) => T): T[] {
    return this.items(this.int32(), read)
  }

  compactNullableString(): string | null {
    const length = this.#uvarint() - 1
    return length < 0 ? null : this.utf8(length)
  }

  compactString(): string {
    return this.compactNullableString() ?? ''
  }

  compactArray<T>(read: (reader: this) => T): T[] {
    return this.items(this.#uvarint() - 1, read)
  }

  skipTags(): this {
    for (let left = this.#uvarint(); left > 0; left--) {
      this.#uvarint()
      this.slice(this.#uvarint())
    }
    return this
  }

  #uvarint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.uint8()
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    return this.fail('a number has more than 5 bytes')
  }
}

function corruptResponse(what: string): TransportError {
  const message = `A broker's response cannot be read: ${what}. Check that the address is a Kafka broker's, and the broker's version.`
  return new TransportError('TRANSPORT_CORRUPT_RESPONSE', 'fatal', message)
}
