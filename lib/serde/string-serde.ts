import type { Serde } from '../model/serde.ts'
import { unwritable } from './serialization-error.ts'
import { isWellFormedUtf8, utf8Text } from './utf8.ts'

/**
 * A string in UTF-8 (Java: `StringSerializer`). As in Java, half a surrogate pair is written as `?`, and bytes that are not UTF-8
 * are read as U+FFFD.
 */
export const stringSerde: Serde<string> = Object.freeze({
  name: 'string',
  immutable: true,
  canonical: true,
  accepts: (bytes: Uint8Array) => isWellFormedUtf8(bytes),
  serialize: (value: string) => {
    if (typeof value !== 'string') throw unwritable('string', `it is of type ${typeof value}.`)
    return Buffer.from(value.isWellFormed() ? value : value.replace(/\p{Surrogate}/gu, '?'), 'utf8')
  },
  deserialize: utf8Text,
})
