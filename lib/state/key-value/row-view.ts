const nothing = Buffer.alloc(0)

/**
 * A row as bytes in a buffer: its value, and its timestamp, which is 0 in stores that keep none. One object is pointed at one row after the
 * other, so that no object is made for a row. Nobody keeps it, or its buffer, beyond the call that gets it: the buffer is that of a table,
 * which is another one after the next write.
 */
export class RowView {
  bytes: Buffer = nothing
  at = 0
  length = 0
  timestamp = 0

  set(bytes: Buffer, at: number, length: number, timestamp: number): this {
    this.bytes = bytes
    this.at = at
    this.length = length
    this.timestamp = timestamp
    return this
  }

  /** The value, without a copy. */
  slice(): Buffer {
    return this.bytes.subarray(this.at, this.at + this.length)
  }

  /** A copy of the value, which may be kept. */
  copy(): Buffer {
    return Buffer.from(this.slice())
  }
}
