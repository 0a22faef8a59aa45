/** Compares bytes in unsigned lexicographic order, as Kafka Streams orders the keys of every store (`Bytes.compareTo`). */
export function compareBytes(left: Uint8Array, right: Uint8Array): number {
  return Buffer.compare(left, right)
}

export function equalBytes(left: Uint8Array | null, right: Uint8Array | null): boolean {
  if (left === null || right === null) return left === right
  return left.byteLength === right.byteLength && Buffer.compare(left, right) === 0
}

/** Node's method below `toString('latin1')`, which is faster when called directly. @types/node does not declare it. */
type SlicingBuffer = Buffer & { latin1Slice(start: number, end: number): string }

/**
 * Turns bytes into a string of one character per byte; {@link fromLatin1} turns it back. No byte is lost, the string can be the key
 * of a Map, and `<` of such strings is the order of {@link compareBytes}.
 */
export function latin1(bytes: Uint8Array): string {
  return (asBuffer(bytes) as SlicingBuffer).latin1Slice(0, bytes.byteLength)
}

/** As {@link latin1}, of the bytes from `start` to `end`. */
export function latin1Slice(bytes: Buffer, start: number, end: number): string {
  return (bytes as SlicingBuffer).latin1Slice(start, end)
}

export function fromLatin1(text: string): Uint8Array {
  return Buffer.from(text, 'latin1')
}

/** Returns a Buffer over the same memory. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** A copy of a part of bytes. Only one object is made, the copy: a slice of the part would be another one. */
export function copyOf(bytes: Buffer, at: number, length: number): Buffer {
  const copy = Buffer.allocUnsafe(length)
  bytes.copy(copy, 0, at, at + length)
  return copy
}

/**
 * Returns the least bytes that are greater than all bytes with this prefix. Null if there are none: the prefix is empty, or all
 * 0xff.
 */
export function incrementBytes(prefix: Uint8Array): Uint8Array | null {
  for (let end = prefix.byteLength; end > 0; end--) {
    const last = prefix[end - 1]!
    if (last === 0xff) continue
    const next = Uint8Array.from(prefix.subarray(0, end))
    next[end - 1] = last + 1
    return next
  }
  return null
}
