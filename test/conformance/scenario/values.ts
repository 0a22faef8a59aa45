import type { Windowed } from 'millrace'
import { Unsupported, type Json } from './scenario.ts'

const longMax = '9223372036854775807'

export function isWindowed(value: unknown): value is Windowed<unknown> {
  return typeof value === 'object' && value !== null && 'startMs' in value
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}

/** A value as the oracle writes it. */
export function toJson(value: unknown): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : String(value)
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (value instanceof Uint8Array) return hex(value)
  if (Array.isArray(value)) return value.map(toJson)
  if (isWindowed(value)) return [toJson(value.key), value.startMs, value.endMs === Infinity ? longMax : value.endMs]
  throw new Unsupported(`no JSON form for ${String(value)}`)
}

/** A constant in a scenario. */
export function constant(json: Json | undefined): Json {
  if (json === undefined || (typeof json === 'object' && json !== null))
    throw new Unsupported(`not a constant: ${JSON.stringify(json)}`)
  return json
}

/** The README's str(x). */
export function str(value: unknown): string {
  if (isWindowed(value)) return `${str(value.key)}@${value.startMs}/${value.endMs === Infinity ? longMax : value.endMs}`
  return value instanceof Uint8Array ? hex(value) : String(value)
}

/** What a lambda of a scenario throws on purpose. */
export class IllegalState extends Error {
  override readonly name = 'IllegalState'
}

export function boom(value: unknown): IllegalState {
  return new IllegalState(`boom on ${str(value)}`)
}

/** Bytes are the only values that are no primitives where scenarios compare. */
export function same(left: unknown, right: unknown): boolean {
  return left === right
}
