/** Bytes that lie somewhere in a buffer: whoever keeps them copies them. */
export interface ByteSpan {
  /** The buffer, which has other bytes as well. */
  readonly bytes: Uint8Array
  /** Where the bytes begin. */
  readonly at: number
  /** How many there are. */
  readonly length: number
}

/** The bytes without a copy: they change with the buffer. */
export function viewOf(bytes: Uint8Array | ByteSpan): Uint8Array {
  return bytes instanceof Uint8Array ? bytes : bytes.bytes.subarray(bytes.at, bytes.at + bytes.length)
}
