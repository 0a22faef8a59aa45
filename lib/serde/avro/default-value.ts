import { fromLatin1 } from '../../model/bytes.ts'
import { setMember } from './set-member.ts'
import type { AvroType, RecordType } from './avro-type.ts'
import { describeType } from './avro-type.ts'
import type { LogicalType } from './logical-type.ts'
import { readsBigint } from './logical-type.ts'

/**
 * Returns the value of a field's default, which the schema has as JSON. In that JSON, bytes are a text of one character per byte,
 * and a union has a value of its first branch that fits. Throws a `TypeError` if the JSON does not fit the type.
 */
export function defaultValue(type: AvroType, json: unknown): unknown {
  const { logical } = type as { readonly logical?: LogicalType }
  const raw = rawDefault(type, json)
  return logical === undefined ? raw : logical.fromRaw(raw as never)
}

function rawDefault(type: AvroType, json: unknown): unknown {
  switch (type.kind) {
    case 'union':
      return unionDefault(type.branches, type, json)
    case 'record':
      return isJsonObject(json) ? recordDefault(type, json) : wrong(type, json)
    case 'array':
      return Array.isArray(json) ? json.map((item) => defaultValue(type.items, item)) : wrong(type, json)
    case 'map':
      return isJsonObject(json) ? mapDefault(type.values, json) : wrong(type, json)
    case 'bytes':
    case 'fixed':
      return typeof json === 'string' ? new Uint8Array(fromLatin1(json)) : wrong(type, json)
    case 'long':
      if (!Number.isSafeInteger(json)) return wrong(type, json)
      return readsBigint(type) ? BigInt(json as number) : json
    default:
      return isPrimitive(type, json) ? json : wrong(type, json)
  }
}

function isPrimitive(type: AvroType, json: unknown): boolean {
  switch (type.kind) {
    case 'null':
      return json === null
    case 'boolean':
      return typeof json === 'boolean'
    case 'int':
      return typeof json === 'number' && json === (json | 0)
    case 'enum':
      return typeof json === 'string' && type.symbols.includes(json)
    case 'string':
      return typeof json === 'string'
    default:
      return typeof json === 'number'
  }
}

function unionDefault(branches: readonly AvroType[], type: AvroType, json: unknown): unknown {
  for (const branch of branches)
    try {
      return defaultValue(branch, json)
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
    }
  return wrong(type, json)
}

function recordDefault({ fields }: RecordType, json: Readonly<Record<string, unknown>>): unknown {
  const record = {}
  for (const { name, type, default: fallback } of fields)
    setMember(record, name, defaultValue(type, json[name] === undefined ? fallback : json[name]))
  return record
}

function mapDefault(values: AvroType, json: Readonly<Record<string, unknown>>): unknown {
  const map = {}
  for (const [name, value] of Object.entries(json)) setMember(map, name, defaultValue(values, value))
  return map
}

function isJsonObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}

function wrong(type: AvroType, json: unknown): never {
  throw new TypeError(`The default ${JSON.stringify(json)} in the Avro schema is no ${describeType(type)}.`)
}
