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
import type { SchemaHeader, SchemaKey } from './schema-header.ts'

/** Writes values of one Avro type. Reads values of this type from bytes that were written with any compatible schema. */
export class AvroCodec<T> {
  readonly #name: string
  readonly #type: AvroType
  readonly #header: SchemaHeader
  readonly #write: AvroWriter
  readonly #readers = new Map<SchemaKey, AvroReader>()
  readonly #output = new AvroOutput()

  constructor(name: string, type: AvroType, header: SchemaHeader) {
    this.#name = name
    this.#type = type
    this.#header = header
    this.#write = makeWriter(type)
  }

  serialize(value: T, context: SerdeContext): Uint8Array {
    try {
      this.#output.begin(this.#header.size)
      this.#write(value, this.#output)
    } catch (error) {
      throw unwritable(this.#name, messageOf(error), error)
    }
    const bytes = this.#output.toBytes()
    this.#header.write(bytes, context)
    return bytes
  }

  deserialize(bytes: Uint8Array): T {
    const key = this.#header.read(bytes)
    if (key === undefined) throw unreadable(this.#name, `they do not begin with ${this.#header.what}.`)
    const read = this.#readers.get(key) ?? this.#newReader(key)
    try {
      return readAll(read, asBuffer(bytes), this.#header.size) as T
    } catch (error) {
      if (error instanceof UnresolvedError) throw this.#unresolved(key, error)
      throw unreadable(this.#name, `they are not what ${this.#header.nameOf(key)} says (${messageOf(error)}).`, error)
    }
  }

  #newReader(key: SchemaKey): AvroReader {
    const reader = this.#makeReader(key, this.#header.schemaOf(key))
    this.#readers.set(key, reader)
    return reader
  }

  #makeReader(key: SchemaKey, text: string): AvroReader {
    try {
      return makeReader(parseWriterSchema(JSON.parse(text)), this.#type)
    } catch (error) {
      throw this.#unresolved(key, error)
    }
  }

  #unresolved(key: SchemaKey, error: unknown): Error {
    const name = this.#header.nameOf(key)
    const message = `${name}, with which they were written, does not resolve to it (${messageOf(error)}).`
    return unreadable(this.#name, message, error)
  }
}

function readAll(read: AvroReader, bytes: Buffer, from: number): unknown {
  const input = new AvroInput(bytes, from)
  const value = read(input)
  if (input.left > 0) throw new RangeError(`${input.left} bytes follow the value`)
  return value
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
