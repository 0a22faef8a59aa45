import { isUtf8 } from 'node:buffer'
import { asBuffer } from '../model/bytes.ts'
import type { Serde } from '../model/serde.ts'
import { unwritable } from './serialization-error.ts'

/** Node's own method behind `toString('utf8')`, which @types/node leaves out. */
type SlicingBuffer = Buffer & { utf8Slice(start: number, end: number): string }

/** UTF-8 (Java: `StringSerializer`). Half a surrogate pair is written as `?`, as Java does. */
export const stringSerde: Serde<string> = Object.freeze({
  name: 'string',
  immutable: true,
  canonical: true,
  accepts: isUtf8,
  serialize: (value: string) => {
    if (typeof value !== 'string') throw unwritable('string', `it is of type ${typeof value}.`)
    return Buffer.from(value.isWellFormed() ? value : value.replace(/\p{Surrogate}/gu, '?'), 'utf8')
  },
  deserialize: (bytes: Uint8Array) => (asBuffer(bytes) as SlicingBuffer).utf8Slice(0, bytes.byteLength),
})
