import { isUtf8 } from 'node:buffer'
import { asBuffer } from '../model/bytes.ts'

/** Node's own method behind `toString('utf8')`, which @types/node leaves out. */
type SlicingBuffer = Buffer & { utf8Slice(start: number, end: number): string }

/** What stands in a decoded text for bytes that are no UTF-8; a text may also hold it by itself. */
const replacement = '\ufffd'

/** Bytes as text. Bytes that are no UTF-8 become U+FFFD. */
export function utf8Text(bytes: Uint8Array): string {
  return (asBuffer(bytes) as SlicingBuffer).utf8Slice(0, bytes.byteLength)
}

/** Bytes as text, or undefined where they are no UTF-8. */
export function exactUtf8Text(bytes: Uint8Array): string | undefined {
  const text = utf8Text(bytes)
  return text.includes(replacement) && !isUtf8(bytes) ? undefined : text
}
