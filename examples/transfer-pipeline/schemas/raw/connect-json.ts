import { invalidSchema } from './invalid-envelope.ts'

/** A schema as Connect's JsonConverter embeds it. */
export interface ConnectSchema {
  readonly type: string
  /** What the type stands for, such as `io.debezium.time.ZonedTimestamp`. */
  readonly name?: string
  readonly field?: string
  readonly fields?: readonly ConnectSchema[]
  readonly parameters?: Readonly<Record<string, string>>
}

export interface ConnectDocument {
  /** null: written with schemas.enable=false. */
  readonly schema: ConnectSchema | null
  readonly payload: unknown
}

const payloadMark = ',"payload":'
const knownSchemas = new Map<string, ConnectSchema>()

/**
 * Reads what JsonConverter wrote, with the schema or without. The schema is most of a record and nearly always the same text, so it
 * is parsed once. Numbers that JavaScript would round stay exact: see {@link parseExact}.
 */
export function readConnectJson(bytes: Uint8Array): ConnectDocument {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  const mark = text.indexOf(payloadMark)
  const known = mark < 0 ? undefined : knownSchemas.get(text.slice(0, mark))
  if (known !== undefined)
    return { schema: known, payload: parseExact(text.slice(mark + payloadMark.length, text.lastIndexOf('}'))) }
  const document = toDocument(parseExact(text))
  if (document.schema !== null) remember(text.slice(0, mark), document.schema)
  return document
}

function remember(prefix: string, schema: ConnectSchema): void {
  const isWhole = isJson(`${prefix}}`)
  if (isWhole && knownSchemas.size < 1000) knownSchemas.set(prefix, schema)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function toDocument(value: unknown): ConnectDocument {
  if (!isObject(value)) throw invalidSchema('The record is no JSON object.')
  const names = Object.keys(value).toSorted().join()
  if (names === 'payload,schema' && value['schema'] !== null) {
    if (!isObject(value['schema'])) throw invalidSchema('The schema is no JSON object.')
    return { schema: value['schema'] as unknown as ConnectSchema, payload: value['payload'] }
  }
  if ('schema' in value)
    throw invalidSchema(
      'JSON with an embedded schema has exactly the fields "schema" and "payload". Set schemas.enable=false if it has none.',
    )
  return { schema: null, payload: value }
}

/**
 * JSON in which a number that JavaScript would print otherwise keeps its digits, as text: 9007199254740993, 10.50. Throws
 * `INVALID_SCHEMA`.
 */
function parseExact(text: string): unknown {
  try {
    return parseWithSource(text, (_key, value, { source }) =>
      typeof value === 'number' && String(value) !== source ? source : value,
    )
  } catch (error) {
    throw invalidSchema('The record is not JSON.', error)
  }
}

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown

/** ES2026 gives a reviver the source text; TypeScript's library does not know it yet. */
const parseWithSource = JSON.parse as (text: string, reviver: Reviver) => unknown

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
