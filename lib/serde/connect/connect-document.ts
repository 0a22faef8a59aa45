import { invalidSchema } from './connect-errors.ts'
import type { ConnectSchema } from './connect-schema.ts'
import { isObject, parseExactJson } from './exact-json.ts'

/** Whether records embed their schema: as JsonConverter's `schemas.enable` says, or `auto` to see it from each record. */
export type EmbeddedSchemas = 'auto' | true | false

/** A record as JsonConverter wrote it: its JSON, not yet read by its schema. */
export interface ConnectDocument {
  readonly schema: ConnectSchema | null
  readonly payload: unknown
}

const payloadMark = ',"payload":'
const mostSchemas = 1000
const knownSchemas = new Map<string, ConnectSchema>()

/**
 * Reads what JsonConverter wrote. The schema is most of a record and nearly always the same text, so it is parsed once: records with
 * the same schema have the same object of it.
 */
export function parseConnectDocument(text: string, schemas: EmbeddedSchemas): ConnectDocument {
  if (schemas === false) return { schema: null, payload: parseExactJson(text) }
  const mark = text.indexOf(payloadMark)
  const known = mark < 0 ? undefined : knownSchemas.get(text.slice(0, mark))
  if (known !== undefined)
    return { schema: known, payload: parseExactJson(text.slice(mark + payloadMark.length, text.lastIndexOf('}'))) }
  const document = toDocument(parseExactJson(text), schemas)
  if (document.schema !== null && mark >= 0) remember(text.slice(0, mark), document.schema)
  return document
}

/** The text before the mark may end within a string of the schema: it counts only if it is a whole object. */
function remember(prefix: string, schema: ConnectSchema): void {
  if (knownSchemas.size < mostSchemas && isJson(`${prefix}}`)) knownSchemas.set(prefix, schema)
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
