import { isUtf8 } from 'node:buffer'
import { asBuffer } from '../model/bytes.ts'

/** Node's method below `toString('utf8')`, which is faster when called directly. @types/node does not declare it. */
type SlicingBuffer = Buffer & { utf8Slice(start: number, end: number): string }

/** The decoder replaces bytes that are not UTF-8 by this character. A text may also have it itself. */
const replacement = '\ufffd'

/** Decodes bytes as UTF-8. Bytes that are not UTF-8 become U+FFFD. */
export function utf8Text(bytes: Uint8Array): string {
  return (asBuffer(bytes) as SlicingBuffer).utf8Slice(0, bytes.byteLength)
}

/** Decodes bytes as UTF-8. Undefined if they are not UTF-8. */
export function exactUtf8Text(bytes: Uint8Array): string | undefined {
  const text = utf8Text(bytes)
  return text.includes(replacement) && !isUtf8(bytes) ? undefined : text
}

/** Up to this length a loop over ASCII costs less than a call of `isUtf8` (13 bytes: 10 ns instead of 50). */
const loopBytesMax = 64

/** Whether bytes are well-formed UTF-8: all of them, or so many from `at` on. */
export function isWellFormedUtf8(bytes: Uint8Array, at = 0, length = bytes.length): boolean {
  const end = at + length
  if (length > loopBytesMax) return isUtf8(bytes.subarray(at, end))
  for (let index = at; index < end; index++) if (bytes[index]! >= 0x80) return isUtf8(bytes.subarray(at, end))
  return true
}
