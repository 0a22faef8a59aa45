import { asBuffer } from '../../model/bytes.ts'
import type { SerdeContext } from '../../model/serde.ts'
import { unreadable, unwritable } from '../serialization-error.ts'
import { AvroInput } from './avro-input.ts'
import { AvroOutput } from './avro-output.ts'
import type { AvroReader } from './avro-reader.ts'
import { makeReader, UnresolvedError } from './avro-reader.ts'
import type { AvroType } from './avro-type.ts'
import type { AvroWriter } from './avro-writer.ts'
import { makeWriter } from './avro-writer.ts'
import { parseWriterSchema } from './parse-schema.ts'

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

/** The size of the header before the Avro binary: 0x00 ‖ schema id. */
const headerBytes = 5

/** Writes values of one Avro type. Reads values of this type from bytes that were written with any compatible schema. */
export class AvroCodec<T> {
  readonly #name: string
  readonly #type: AvroType
  readonly #schemas: SchemaIds
  readonly #write: AvroWriter
  readonly #readers = new Map<number, AvroReader>()
  readonly #output = new AvroOutput()

  constructor(name: string, type: AvroType, schemas: SchemaIds) {
    this.#name = name
    this.#type = type
    this.#schemas = schemas
    this.#write = makeWriter(type)
  }

  serialize(value: T, context: SerdeContext): Uint8Array {
    const id = this.#schemas.idFor(context)
    try {
      this.#output.begin(headerBytes)
      this.#write(value, this.#output)
    } catch (error) {
      throw unwritable(this.#name, messageOf(error), error)
    }
    const bytes = this.#output.toBytes()
    bytes[0] = 0
    bytes.writeInt32BE(id, 1)
    return bytes
  }

  deserialize(bytes: Uint8Array): T {
    const id = schemaIdOf(bytes)
    if (id === undefined) throw unreadable(this.#name, 'they do not begin with 0x00 and a schema id of 4 bytes.')
    const read = this.#readers.get(id) ?? this.#newReader(id)
    try {
      return readAll(read, asBuffer(bytes)) as T
    } catch (error) {
      if (error instanceof UnresolvedError) throw this.#unresolved(id, error)
      throw unreadable(this.#name, `they are not what schema ${id} says (${messageOf(error)}).`, error)
    }
  }

  #newReader(id: number): AvroReader {
    const reader = this.#makeReader(id, this.#schemas.schemaOf(id))
    this.#readers.set(id, reader)
    return reader
  }

  #makeReader(id: number, text: string): AvroReader {
    try {
      return makeReader(parseWriterSchema(JSON.parse(text)), this.#type)
    } catch (error) {
      throw this.#unresolved(id, error)
    }
  }

  #unresolved(id: number, error: unknown): Error {
    const message = `schema ${id}, with which they were written, does not resolve to it (${messageOf(error)}).`
    return unreadable(this.#name, message, error)
  }
}

/** Returns the schema id in the header of Avro bytes. Undefined if the bytes have no such header. */
export function schemaIdOf(bytes: Uint8Array): number | undefined {
  return bytes.byteLength < headerBytes || bytes[0] !== 0 ? undefined : asBuffer(bytes).readInt32BE(1)
}

function readAll(read: AvroReader, bytes: Buffer): unknown {
  const input = new AvroInput(bytes, headerBytes)
  const value = read(input)
  if (input.left > 0) throw new RangeError(`${input.left} bytes follow the value`)
  return value
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
