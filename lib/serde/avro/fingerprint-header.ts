import { asBuffer } from '../../model/bytes.ts'
import { SerializationError } from '../../model/errors.ts'
import type { AvroType } from './avro-type.ts'
import { fingerprintOf } from './fingerprint.ts'
import { parseWriterSchema } from './parse-schema.ts'
import type { SchemaHeader, SchemaKey } from './schema-header.ts'

const size = 10

/** The header of Avro's single-object encoding: 0xC3 0x01 ‖ fingerprint of the schema, little endian. */
export function fingerprintHeader(own: AvroType, ownSchema: string, older: readonly string[]): SchemaHeader {
  const mark = Buffer.of(0xc3, 0x01, 0, 0, 0, 0, 0, 0, 0, 0)
  mark.writeBigUInt64LE(fingerprintOf(own), 2)
  const known = new Map(older.map((text) => [fingerprintOf(parseWriterSchema(JSON.parse(text))), text]))
  known.set(fingerprintOf(own), ownSchema)
  return {
    size,
    what: '0xC3 0x01 and a fingerprint of 8 bytes',
    write: (bytes) => bytes.set(mark),
    read: (bytes) =>
      bytes.byteLength < size || bytes[0] !== 0xc3 || bytes[1] !== 1 ? undefined : asBuffer(bytes).readBigUInt64LE(2),
    schemaOf: (key) => known.get(key as bigint) ?? unknown(key),
    nameOf,
  }
}

function unknown(key: SchemaKey): never {
  throw new SerializationError(
    'STREAMS_SCHEMA_NOT_FOUND',
    `The ${nameOf(key)} is not known: give the schema of the record's writer to singleObjectEncoding().`,
  )
}

function nameOf(key: SchemaKey): string {
  return `schema with the fingerprint ${(key as bigint).toString(16).padStart(16, '0')}`
}
