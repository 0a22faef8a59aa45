import { asBuffer, latin1Slice } from '../../model/bytes.ts'
import { invalidSchema } from './connect-errors.ts'
import type { ConnectSchema } from './connect-schema.ts'
import { isObject, parseExactJson, textOf } from './exact-json.ts'

/** Whether records embed their schema: as JsonConverter's `schemas.enable` says, or `auto` to see it from each record. */
export type EmbeddedSchemas = 'auto' | true | false

/** A record as JsonConverter wrote it: its JSON, not yet read by its schema. */
export interface ConnectDocument {
  readonly schema: ConnectSchema | null
  readonly payload: unknown
}

/** The bytes of records up to their payload, and the schema that they say. */
interface Beginning {
  readonly bytes: Buffer
  readonly schema: ConnectSchema
}

const payloadMark = ',"payload":'
const mostBeginnings = 1000
const knownBeginnings = new Map<string, Beginning>()

/**
 * Reads what JsonConverter wrote. The schema is most of a record and nearly always the same bytes, so it is parsed once: records with
 * the same schema have the same object of it. Most records begin as the one before them, which a comparison of bytes shows: the schema is
 * not even decoded then.
 */
export class ConnectDocuments {
  readonly #schemas: EmbeddedSchemas
  #latest: Beginning | undefined

  constructor(schemas: EmbeddedSchemas) {
    this.#schemas = schemas
  }

  parse(record: Uint8Array): ConnectDocument {
    const bytes = asBuffer(record)
    if (this.#schemas === false) return { schema: null, payload: parseExactJson(textOf(bytes)) }
    const end = endOf(bytes)
    const known = end === undefined ? undefined : this.#beginningOf(bytes)
    if (known !== undefined)
      return { schema: known.schema, payload: parseExactJson(bytes.toString('utf8', known.bytes.length, end)) }
    const document = toDocument(parseExactJson(textOf(bytes)), this.#schemas)
    if (document.schema !== null) remember(bytes, document.schema)
    return document
  }

  #beginningOf(bytes: Buffer): Beginning | undefined {
    if (this.#latest === undefined || !beginsWith(bytes, this.#latest.bytes)) this.#latest = knownBeginningOf(bytes)
    return this.#latest
  }
}

function knownBeginningOf(bytes: Buffer): Beginning | undefined {
  const mark = bytes.indexOf(payloadMark)
  return mark < 0 ? undefined : knownBeginnings.get(latin1Slice(bytes, 0, mark))
}

function beginsWith(bytes: Buffer, beginning: Buffer): boolean {
  return bytes.length >= beginning.length && bytes.compare(beginning, 0, beginning.length, 0, beginning.length) === 0
}

/** Where the brace is that ends the document. Undefined: something else is behind it, or there is none. */
function endOf(bytes: Buffer): number | undefined {
  let last = bytes.length - 1
  while (last >= 0 && jsonSpaces.has(bytes[last]!)) last--
  return bytes[last] === closingBrace ? last : undefined
}

const jsonSpaces: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d])
const closingBrace = 0x7d

/** The mark may stand within a string of the schema: what is before it counts only if it is a whole object. */
function remember(bytes: Buffer, schema: ConnectSchema): void {
  const mark = bytes.indexOf(payloadMark)
  if (mark < 0 || knownBeginnings.size >= mostBeginnings || !isJson(`${bytes.toString('utf8', 0, mark)}}`)) return
  const beginning = Buffer.from(bytes.subarray(0, mark + payloadMark.length))
  knownBeginnings.set(latin1Slice(bytes, 0, mark), { bytes: beginning, schema })
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function toDocument(value: unknown, schemas: 'auto' | true): ConnectDocument {
  const names = isObject(value) ? Object.keys(value).toSorted().join() : ''
  if (isObject(value) && names === 'payload,schema') {
    if (value['schema'] === null) return { schema: null, payload: value['payload'] }
    if (!isObject(value['schema'])) throw invalidSchema('The schema is no JSON object.')
    return { schema: value['schema'] as unknown as ConnectSchema, payload: value['payload'] }
  }
  if (schemas === true || (isObject(value) && 'schema' in value))
    throw invalidSchema(
      'JSON with an embedded schema has exactly the fields "schema" and "payload". Read it with schemas: false if it has none.',
    )
  return { schema: null, payload: value }
}
