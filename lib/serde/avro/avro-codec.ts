import type avsc from 'avsc'
import { asBuffer } from '../../model/bytes.ts'
import type { SerdeContext } from '../../model/serde.ts'
import { unreadable, unwritable } from '../serialization-error.ts'
import { parseSchema } from './parse-schema.ts'

/** Which schemas go by which ids. Both answers are immediate: what they need has been fetched before. */
export interface SchemaIds {
  /** The id under which the own schema is registered for this topic. */
  idFor(context: SerdeContext): number
  /** The text of a writer's schema. */
  schemaOf(id: number): string
}

/** Bytes before the Avro binary: 0x00 ‖ schema id. */
const headerBytes = 5

/** Reads how the bytes of one writer's schema become values of the own one. */
type Reader = (bytes: Buffer) => unknown

export class AvroCodec<T> {
  readonly #name: string
  readonly #type: avsc.Type
  readonly #schemas: SchemaIds
  readonly #readers = new Map<number, Reader>()
  #scratch = Buffer.allocUnsafe(512)

  constructor(name: string, type: avsc.Type, schemas: SchemaIds) {
    this.#name = name
    this.#type = type
    this.#schemas = schemas
  }

  serialize(value: T, context: SerdeContext): Uint8Array {
    const id = this.#schemas.idFor(context)
    try {
      return this.#encode(value, id)
    } catch (error) {
      throw unwritable(this.#name, this.#invalidPaths(value) ?? String(error), error)
    }
  }

  deserialize(bytes: Uint8Array): T {
    const id = schemaIdOf(bytes)
    if (id === undefined) throw unreadable(this.#name, 'they do not begin with 0x00 and a schema id of 4 bytes.')
    const read = this.#readers.get(id) ?? this.#newReader(id)
    try {
      return read(asBuffer(bytes)) as T
    } catch (error) {
      throw unreadable(this.#name, `they are not what schema ${id} says (${String(error)}).`, error)
    }
  }

  #encode(value: T, id: number): Uint8Array {
    let end = this.#type.encode(value, this.#scratch, headerBytes)
    if (end < 0) {
      this.#scratch = Buffer.allocUnsafe(2 * (this.#scratch.byteLength - end))
      end = this.#type.encode(value, this.#scratch, headerBytes)
    }
    this.#scratch[0] = 0
    this.#scratch.writeInt32BE(id, 1)
    return Buffer.from(this.#scratch.subarray(0, end))
  }

  #invalidPaths(value: T): string | undefined {
    const paths: string[] = []
    this.#type.isValid(value, {
      errorHook: (path, wrong, type) =>
        paths.push(`${path.join('.') || 'it'} is ${String(wrong)}, expected is ${type.toString()}`),
    })
    return paths.length === 0 ? undefined : `${paths.join('; ')}.`
  }

  #newReader(id: number): Reader {
    const reader = makeReader(this.#name, this.#type, id, this.#schemas.schemaOf(id))
    this.#readers.set(id, reader)
    return reader
  }
}

export function schemaIdOf(bytes: Uint8Array): number | undefined {
  return bytes.byteLength < headerBytes || bytes[0] !== 0 ? undefined : asBuffer(bytes).readInt32BE(1)
}

function makeReader(name: string, type: avsc.Type, id: number, text: string): Reader {
  const resolver = makeResolver(name, type, id, text)
  return (bytes) => {
    const { value, offset } = type.decode(bytes, headerBytes, resolver)
    if (offset < 0) throw new RangeError('truncated')
    if (offset !== bytes.byteLength) throw new RangeError(`${bytes.byteLength - offset} bytes follow the value`)
    return value
  }
}

function makeResolver(name: string, type: avsc.Type, id: number, text: string) {
  try {
    const writer = parseSchema(JSON.parse(text))
    return type.createResolver(writer)
  } catch (error) {
    throw unreadable(name, `schema ${id}, with which they were written, does not resolve to it (${String(error)}).`, error)
  }
}
