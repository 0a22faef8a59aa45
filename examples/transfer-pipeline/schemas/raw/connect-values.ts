import type { ConnectSchema } from './connect-json.ts'
import { invalidData } from './invalid-envelope.ts'

/** A column of a row, with the schema of its type where the record embeds one. */
export interface Column {
  readonly name: string
  readonly value: unknown
  readonly schema: ConnectSchema | undefined
}

const decimalName = 'org.apache.kafka.connect.data.Decimal'

/** A whole number that JavaScript holds exactly. */
export function readLong({ name, value }: Column): number {
  if (Number.isSafeInteger(value)) return value as number
  throw invalidData(name, value, 'a whole number')
}

export function readText({ name, value }: Column): string {
  if (typeof value === 'string') return value
  throw invalidData(name, value, 'a text')
}

export function readSymbol<S extends string>({ name, value }: Column, symbols: readonly S[]): S {
  const found = symbols.find((symbol) => symbol === value)
  if (found === undefined) throw invalidData(name, value, `one of ${symbols.join(', ')}`)
  return found
}

/** Ms since the epoch, from an ISO text or from the integer types of Debezium and Connect. */
export function readTime({ name, value, schema }: Column): number {
  const unitsPerMs = schema?.name?.endsWith('MicroTimestamp') === true ? 1000 : 1
  const timeMs = typeof value === 'string' ? Date.parse(value) : Math.floor(Number(value ?? NaN) / unitsPerMs)
  if (Number.isSafeInteger(timeMs)) return timeMs
  throw invalidData(name, value, 'a time')
}

/**
 * An amount above 0 as exact text with two decimals, however decimal.handling.mode and decimal.format have written it. Base64 says
 * nothing without the scale, which is in the schema only; `double` may have been rounded, and is taken where it shows two decimals.
 */
export function readAmount(column: Column): string {
  const text = column.schema?.name === decimalName ? readDecimal(column) : String(column.value)
  const match = /^(\d{1,16})(?:\.(\d{0,2})0*)?$/.exec(text)
  const amount = match === null ? '0' : `${match[1]}.${(match[2] ?? '').padEnd(2, '0')}`
  if (/[1-9]/.test(amount) && isDecimal(column)) return amount
  throw invalidData(column.name, column.value, 'an amount above 0 with at most two decimals')
}

/** Without a schema, `"1234"` could be base64: a decimal in text has its point. */
function isDecimal({ value, schema }: Column): boolean {
  return schema !== undefined || typeof value === 'number' || String(value).includes('.')
}

function readDecimal({ name, value, schema }: Column): string {
  const scale = Number(schema?.parameters?.['scale'] ?? NaN)
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'string' || !Number.isInteger(scale)) throw invalidData(name, value, 'a decimal in base64, and its scale')
  if (value.includes('.')) return value
  const bytes = Buffer.from(value, 'base64')
  const unscaled = BigInt.asIntN(bytes.byteLength * 8, BigInt(`0x${bytes.toString('hex') || '0'}`))
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0')
  const sign = unscaled < 0n ? '-' : ''
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}
