/** Unsigned lexicographic order: Kafka Streams' order of keys in every store (`Bytes.compareTo`). */
export function compareBytes(left: Uint8Array, right: Uint8Array): number {
  return Buffer.compare(left, right)
}

export function equalBytes(left: Uint8Array | null, right: Uint8Array | null): boolean {
  if (left === null || right === null) return left === right
  return left.byteLength === right.byteLength && Buffer.compare(left, right) === 0
}

/** Node's own method behind `toString('latin1')`; @types/node leaves it out, and the hot path pays for the detour. */
type SlicingBuffer = Buffer & { latin1Slice(start: number, end: number): string }

/**
 * Bytes as a string of one char a byte, and back. It is exact for all bytes, usable as a Map key, and its `<` is the order
 * of {@link compareBytes}.
 */
export function latin1(bytes: Uint8Array): string {
  return (asBuffer(bytes) as SlicingBuffer).latin1Slice(0, bytes.byteLength)
}

export function fromLatin1(text: string): Uint8Array {
  return Buffer.from(text, 'latin1')
}

/** The same memory seen as a Buffer. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** The smallest bytes greater than everything that starts with `prefix`; null where there is none (all 0xff, or empty). */
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
