import { asBuffer } from '../../model/bytes.ts'
import type { SerdeContext } from '../../model/serde.ts'

/** What the header of Avro bytes says of their writer's schema: an id, a fingerprint, or nothing (null). */
export type SchemaKey = number | bigint | null

/** The bytes before the Avro binary. They name the schema that a value was written with. */
export interface SchemaHeader {
  /** How many bytes they are. */
  readonly size: number
  /** What they are, for a message: `0x00 and a schema id of 4 bytes`. */
  readonly what: string
  /** Writes the header of the serde's own schema to the beginning of `bytes`. */
  write(bytes: Buffer, context: SerdeContext): void
  /** Reads a header. Undefined if the bytes do not begin with one. */
  read(bytes: Uint8Array): SchemaKey | undefined
  /** Returns the JSON text of a writer's schema. A reader is made of it once. */
  schemaOf(key: SchemaKey): string
  /** The schema's name in messages. */
  nameOf(key: SchemaKey): string
}

/**
 * Schemas and their ids. Both methods are synchronous: the serde's `prepareRead` and `prepareWrite` have fetched the schemas
 * before.
 */
export interface SchemaIds {
  /** Returns the id of the serde's own schema, under the subject of this topic and component. */
  idFor(context: SerdeContext): number
  /** Returns the JSON text of a writer's schema. */
  schemaOf(id: number): string
}

const idHeaderBytes = 5

/** Confluent's header: 0x00 ‖ schema id. */
export function idHeader(schemas: SchemaIds): SchemaHeader {
  return {
    size: idHeaderBytes,
    what: '0x00 and a schema id of 4 bytes',
    write(bytes, context) {
      bytes[0] = 0
      bytes.writeInt32BE(schemas.idFor(context), 1)
    },
    read: schemaIdOf,
    schemaOf: (id) => schemas.schemaOf(id as number),
    nameOf: (id) => `schema ${id}`,
  }
}

/** Returns the schema id in the header of Avro bytes. Undefined if the bytes have no such header. */
export function schemaIdOf(bytes: Uint8Array): number | undefined {
  return bytes.byteLength < idHeaderBytes || bytes[0] !== 0 ? undefined : asBuffer(bytes).readInt32BE(1)
}

/** No header: all bytes are written with the serde's own schema. */
export function noHeader(ownSchema: string): SchemaHeader {
  return {
    size: 0,
    what: 'nothing',
    write: () => {},
    read: () => null,
    schemaOf: () => ownSchema,
    nameOf: () => 'its own schema',
  }
}
