/** What the joins of this suite answer: the left value, and behind it the right one where there is one. */
export function concatenation(left: Uint8Array, right: Uint8Array | null): Uint8Array {
  return right === null ? Buffer.from(left) : Buffer.concat([left, right])
}
