/** Writes a request, or a response, in Kafka's primitive types. Flexible versions (KIP-482) have the `compact` types. */
export class RequestWriter {
  #bytes: Buffer
  #end = 0

  /** `into`: the first buffer, or its size. If what is written needs more, it goes into a larger one. */
  constructor(into: number | Buffer = 256) {
    this.#bytes = typeof into === 'number' ? Buffer.allocUnsafe(into) : into
  }

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#end)
  }

  /** Returns another writer, for a part whose length is written before it. */
  fresh(): RequestWriter {
    return new RequestWriter()
  }

  int8(value: number): this {
    this.#end = this.#room(1).writeInt8(value, this.#end)
    return this
  }

  int16(value: number): this {
    this.#end = this.#room(2).writeInt16BE(value, this.#end)
    return this
  }

  uint16(value: number): this {
    this.#end = this.#room(2).writeUInt16BE(value, this.#end)
    return this
  }

  int32(value: number): this {
    this.#end = this.#room(4).writeInt32BE(value, this.#end)
    return this
  }

  /** Integers only. Beyond 2^53 the double that it gets. */
  int64(value: number): this {
    if (!Number.isInteger(value)) throw new RangeError(`${value} is no integer.`)
    return this.int32(Math.floor(value / 0x1_0000_0000)).int32(value | 0)
  }

  boolean(value: boolean): this {
    return this.int8(value ? 1 : 0)
  }

  string(value: string | null): this {
    if (value === null) return this.int16(-1)
    return this.int16(Buffer.byteLength(value)).#utf8(value)
  }

  data(value: Uint8Array | null): this {
    return value === null ? this.int32(-1) : this.int32(value.byteLength).raw(value)
  }

  array<T>(items: readonly T[] | null, write: (writer: this, item: T) => void): this {
    if (items === null) return this.int32(-1)
    this.int32(items.length)
    for (const item of items) write(this, item)
    return this
  }

  compactString(value: string | null): this {
    if (value === null) return this.uvarint(0)
    return this.uvarint(Buffer.byteLength(value) + 1).#utf8(value)
  }

  compactData(value: Uint8Array | null): this {
    return value === null ? this.uvarint(0) : this.uvarint(value.byteLength + 1).raw(value)
  }

  compactArray<T>(items: readonly T[] | null, write: (writer: this, item: T) => void): this {
    if (items === null) return this.uvarint(0)
    this.uvarint(items.length + 1)
    for (const item of items) write(this, item)
    return this
  }

  /** Writes an empty section of tagged fields. Such a section ends every structure of a flexible version. */
  noTags(): this {
    return this.int8(0)
  }

  /** Writes an unsigned number in 1 to 5 bytes. */
  uvarint(value: number): this {
    let rest = value
    for (; rest >= 0x80; rest >>>= 7) this.#room(1)[this.#end++] = (rest & 0x7f) | 0x80
    this.#room(1)[this.#end++] = rest
    return this
  }

  #utf8(value: string): this {
    this.#end += this.#room(value.length * 3).write(value, this.#end)
    return this
  }

  /** Writes the bytes that a text in base64url stands for, without their length. */
  base64url(text: string): this {
    this.#end += this.#room(text.length).write(text, this.#end, 'base64url')
    return this
  }

  /** Writes the bytes without their length. */
  raw(value: Uint8Array): this {
    this.#room(value.byteLength).set(value, this.#end)
    this.#end += value.byteLength
    return this
  }

  #room(bytes: number): Buffer {
    if (this.#end + bytes <= this.#bytes.length) return this.#bytes
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#end + bytes))
    this.#bytes.copy(grown, 0, 0, this.#end)
    this.#bytes = grown
    return grown
  }
}
