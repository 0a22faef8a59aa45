import { asBuffer, latin1 } from '../model/bytes.ts'
import type { Serde } from '../model/serde.ts'
import { checkSize, unreadable, unwritable } from './serialization-error.ts'

/** Passes bytes on without a copy (Java: `ByteArray`, `Bytes`). Do not change them in place: others may use the same memory. */
export const bytesSerde: Serde<Uint8Array> = Object.freeze({
  name: 'bytes',
  canonical: true,
  accepts: () => true,
  serialize: (value: Uint8Array) => {
    if (!(value instanceof Uint8Array)) throw unwritable('bytes', 'it is no Uint8Array.')
    return value
  },
  deserialize: (bytes: Uint8Array) => bytes,
})

/** A boolean as one byte, 0 or 1 (Java: `BooleanSerializer`). */
export const booleanSerde: Serde<boolean> = Object.freeze({
  name: 'boolean',
  immutable: true,
  canonical: true,
  accepts: (bytes: Uint8Array) => bytes.byteLength === 1 && bytes[0]! <= 1,
  serialize: (value: boolean) => {
    if (typeof value !== 'boolean') throw unwritable('boolean', `it is of type ${typeof value}.`)
    return Buffer.of(value ? 1 : 0)
  },
  deserialize: (bytes: Uint8Array) => {
    checkSize('boolean', bytes, 1)
    if (bytes[0]! > 1) throw unreadable('boolean', `the byte is ${bytes[0]}, 0 and 1 are expected.`)
    return bytes[0] === 1
  },
})

const uuidText = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** A UUID as a text of 36 characters (Java: `UUIDSerializer`). It is written and read in lower case. */
export const uuidSerde: Serde<string> = Object.freeze({
  name: 'uuid',
  immutable: true,
  canonical: true,
  accepts: (bytes: Uint8Array) => uuidText.test(latin1(bytes)),
  serialize: (value: string) => {
    if (typeof value !== 'string') throw unwritable('uuid', `it is of type ${typeof value}.`)
    const text = value.toLowerCase()
    if (!uuidText.test(text)) throw unwritable('uuid', `${JSON.stringify(value)} is no UUID.`)
    return Buffer.from(text, 'latin1')
  },
  deserialize: (bytes: Uint8Array) => {
    const text = asBuffer(bytes).toString('utf8').toLowerCase()
    if (!uuidText.test(text)) throw unreadable('uuid', `${JSON.stringify(text.slice(0, 64))} is no UUID.`)
    return text
  },
})

/** Only null (Java: `Void`): for topics without keys, or without values. */
export const voidSerde: Serde<null> = Object.freeze({
  name: 'void',
  nullable: true,
  immutable: true,
  serialize: () => {
    throw unwritable('void', 'it can only write null.')
  },
  deserialize: () => {
    throw unreadable('void', 'there should be none.')
  },
})
