import { asBuffer } from '../../model/bytes.ts'
import { formatDecimal, fromTwosComplement, parseDecimal, toTwosComplement } from '../avro/decimal.ts'
import { invalidData, invalidSchema } from './connect-errors.ts'
import type { ConnectSchema } from './connect-schema.ts'
import { decimalName, scaleOf } from './connect-schema.ts'
import { isObject } from './exact-json.ts'

/**
 * A value that Connect wrote, read by its schema.
 *
 * - A decimal is its exact text with the scale of its schema, e.g. `"10.00"`, whether the record has it in base64, as text or as a
 *   number.
 * - An integer is a number. Beyond ±(2^53 − 1) it is a bigint. `bytes` are a `Uint8Array`.
 * - Times are numbers in the unit of their type, or texts if Connect wrote texts.
 * - A struct and a map with texts as keys are objects. Another map is an array of pairs.
 * - Without a schema a number that JavaScript would print otherwise than it is written is its text.
 */
export type ConnectValue =
  null | boolean | number | bigint | string | Uint8Array | readonly ConnectValue[] | { readonly [field: string]: ConnectValue }

/** Reads the JSON of a value by its schema. `path` is the place of the value, for messages. */
export function decodeConnectValue(json: unknown, schema: ConnectSchema, path: string): ConnectValue {
  if (json === null || json === undefined) return nullValue(schema, path)
  if (schema.name === decimalName) return decodeDecimal(json, schema, path)
  switch (schema.type) {
    case 'struct':
      return decodeStruct(json, schema, path)
    case 'array':
      return members(json, path).map((member, index) => decodeConnectValue(member, part(schema.items, path), `${path}[${index}]`))
    case 'map':
      return decodeMap(json, schema, path)
    case 'bytes':
      if (typeof json !== 'string') throw invalidData(path, json, 'base64')
      return Uint8Array.from(Buffer.from(json, 'base64'))
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
      return decodeInteger(json, path)
    case 'float':
    case 'float32':
    case 'double':
    case 'float64':
      return decodeDouble(json, path)
    case 'string':
      if (typeof json !== 'string') throw invalidData(path, json, 'a text')
      return json
    case 'boolean':
      if (typeof json !== 'boolean') throw invalidData(path, json, 'true or false')
      return json
    default:
      throw invalidSchema(`The schema of ${path} has the type ${JSON.stringify(schema.type)}, which Connect does not have.`)
  }
}

/** Writes a value as the JSON of its schema. */
export function encodeConnectValue(value: ConnectValue, schema: ConnectSchema, path: string): unknown {
  if (value === null || value === undefined) return nullValue(schema, path)
  if (schema.name === decimalName) return encodeDecimal(value, schema, path)
  switch (schema.type) {
    case 'struct':
      return encodeStruct(value, schema, path)
    case 'array':
      return members(value, path).map((member, index) =>
        encodeConnectValue(member as ConnectValue, part(schema.items, path), `${path}[${index}]`),
      )
    case 'bytes':
      if (!(value instanceof Uint8Array)) throw invalidData(path, value, 'bytes')
      return asBuffer(value).toString('base64')
    default:
      return value
  }
}

function nullValue({ optional, default: byDefault }: ConnectSchema, path: string): null {
  if (optional !== true && byDefault === undefined) throw invalidData(path, null, 'a value')
  return null
}

function decodeDecimal(json: unknown, schema: ConnectSchema, path: string): string {
  const scale = scaleOf(schema)
  if (scale === undefined) throw invalidSchema(`The schema of ${path} is a decimal without a scale.`)
  // A text with a point is no base64: `decimal.format=NUMERIC`, whose trailing zeros made it a text when it was parsed.
  const isNumeric = typeof json === 'number' || (typeof json === 'string' && /^-?\d+\.\d+$/.test(json))
  const unscaled = isNumeric ? parseDecimal(String(json), scale) : unscaledOf(json)
  if (unscaled === undefined) throw invalidData(path, json, `a decimal of scale ${scale}`)
  return formatDecimal(unscaled, scale)
}

/** Reads the unscaled integer of a decimal in base64. Undefined if it is no base64. */
export function unscaledOf(json: unknown): bigint | undefined {
  if (typeof json !== 'string' || !/^[A-Za-z0-9+/]+={0,2}$/.test(json) || json.length % 4 !== 0) return undefined
  return fromTwosComplement(Buffer.from(json, 'base64'))
}

function encodeDecimal(value: ConnectValue, schema: ConnectSchema, path: string): string {
  const scale = scaleOf(schema)
  if (scale === undefined) throw invalidSchema(`The schema of ${path} is a decimal without a scale.`)
  const unscaled = typeof value === 'string' ? parseDecimal(value, scale) : undefined
  if (unscaled === undefined) throw invalidData(path, value, `the text of a decimal with at most ${scale} decimals`)
  return Buffer.from(toTwosComplement(unscaled)!).toString('base64')
}

function decodeStruct(json: unknown, schema: ConnectSchema, path: string): { readonly [field: string]: ConnectValue } {
  if (!isObject(json)) throw invalidData(path, json, 'an object')
  const fields = (schema.fields ?? []).map((type) => {
    const { field = '' } = type
    const value = field in json ? json[field] : (type.default ?? null)
    return [field, decodeConnectValue(value, type, join(path, field))] as const
  })
  return Object.fromEntries(fields)
}

function encodeStruct(value: ConnectValue, schema: ConnectSchema, path: string): unknown {
  if (!isObject(value)) throw invalidData(path, value, 'an object')
  const fields = (schema.fields ?? []).map((type) => {
    const { field = '' } = type
    const given = (value[field] ?? null) as ConnectValue
    return [field, encodeConnectValue(given, type, join(path, field))] as const
  })
  return Object.fromEntries(fields)
}

function decodeMap(json: unknown, schema: ConnectSchema, path: string): ConnectValue {
  const values = part(schema.values, path)
  if (isObject(json))
    return Object.fromEntries(
      Object.entries(json).map(([key, value]) => [key, decodeConnectValue(value, values, join(path, key))] as const),
    )
  return members(json, path).map((pair, index) => {
    const [key, value] = members(pair, `${path}[${index}]`)
    return [decodeConnectValue(key, part(schema.keys, path), path), decodeConnectValue(value, values, path)]
  })
}

function decodeInteger(json: unknown, path: string): number | bigint {
  if (Number.isSafeInteger(json)) return json as number
  // A number that is here prints as it was written, so the digits of its text are exact also where it is not.
  const text = typeof json === 'number' || typeof json === 'string' ? String(json) : ''
  if (/^-?\d+$/.test(text)) return BigInt(text)
  throw invalidData(path, json, 'a whole number')
}

function decodeDouble(json: unknown, path: string): number {
  const number = typeof json === 'string' ? Number(json) : json
  if (typeof number === 'number' && !Number.isNaN(number)) return number
  throw invalidData(path, json, 'a number')
}

function members(json: unknown, path: string): readonly unknown[] {
  if (Array.isArray(json)) return json as readonly unknown[]
  throw invalidData(path, json, 'an array')
}

function part(schema: ConnectSchema | undefined, path: string): ConnectSchema {
  if (schema === undefined) throw invalidSchema(`The schema of ${path} does not say what its members are.`)
  return schema
}

const join = (path: string, field: string): string => (path === '' ? field : `${path}.${field}`)
