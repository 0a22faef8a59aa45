/** Below this bound the zigzag form of a long is a safe integer. */
const exactZigzag = 2 ** 52

/** Writes Avro binary to a growing buffer. Callers check the values before. */
export class AvroOutput {
  #bytes = Buffer.allocUnsafe(512)
  #at = 0

  /** Begins a new value. Leaves `headerBytes` bytes free, which the caller fills in. */
  begin(headerBytes: number): void {
    this.#at = headerBytes
  }

  /** Returns a copy of the written bytes, header included. */
  toBytes(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#at))
  }

  boolean(value: boolean): void {
    this.#reserve(1)
    this.#bytes[this.#at++] = value ? 1 : 0
  }

  /** Writes a safe integer. */
  long(value: number): void {
    this.#reserve(10)
    if (value >= -exactZigzag && value < exactZigzag) this.#varint(value < 0 ? -2 * value - 1 : 2 * value)
    else this.bigLong(BigInt(value))
  }

  bigLong(value: bigint): void {
    this.#reserve(10)
    let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
    for (; rest > 0x7fn; rest >>= 7n) this.#bytes[this.#at++] = Number(rest & 0x7fn) | 0x80
    this.#bytes[this.#at++] = Number(rest)
  }

  float(value: number): void {
    this.#reserve(4)
    this.#at = this.#bytes.writeFloatLE(value, this.#at)
  }

  double(value: number): void {
    this.#reserve(8)
    this.#at = this.#bytes.writeDoubleLE(value, this.#at)
  }

  string(text: string): void {
    const length = Buffer.byteLength(text, 'utf8')
    this.long(length)
    this.#reserve(length)
    this.#at += this.#bytes.write(text, this.#at, length, 'utf8')
  }

  bytes(value: Uint8Array): void {
    this.long(value.byteLength)
    this.fixed(value)
  }

  fixed(value: Uint8Array): void {
    this.#reserve(value.byteLength)
    this.#bytes.set(value, this.#at)
    this.#at += value.byteLength
  }

  #varint(value: number): void {
    let rest = value
    for (; rest >= 0x8000_0000; rest = Math.floor(rest / 0x80)) this.#bytes[this.#at++] = (rest % 0x80) | 0x80
    for (; rest > 0x7f; rest >>>= 7) this.#bytes[this.#at++] = (rest & 0x7f) | 0x80
    this.#bytes[this.#at++] = rest
  }

  #reserve(size: number): void {
    if (this.#at + size <= this.#bytes.byteLength) return
    const larger = Buffer.allocUnsafe(2 * (this.#at + size))
    this.#bytes.copy(larger, 0, 0, this.#at)
    this.#bytes = larger
  }
}
