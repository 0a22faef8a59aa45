import type { AvroType, PrimitiveType, RecordType } from './avro-type.ts'
import { isPlain } from '../plain-object.ts'
import { readsBigint } from './logical-type.ts'

/**
 * How well a value fits an Avro type.
 * - `none`: the type cannot write the value.
 * - `loose`: the value would be read back changed: without a member, with a default, rounded, or `10` as `10.00`.
 * - `exact`: the value would be read back equal.
 */
export type Fit = 'none' | 'loose' | 'exact'

/** Returns how well a value fits an Avro type. */
export function fitOf(type: AvroType, value: unknown): Fit {
  if ('logical' in type && type.logical !== undefined) {
    const raw = type.logical.toRaw(value)
    if (raw === undefined || rawFit(type, raw) === 'none') return 'none'
    return type.logical.isExact(value) ? rawFit(type, raw) : 'loose'
  }
  return rawFit(type, value)
}

function rawFit(type: AvroType, value: unknown): Fit {
  switch (type.kind) {
    case 'record':
      return isObject(value) ? recordFit(type, value) : 'none'
    case 'enum':
      return fit(typeof value === 'string' && type.symbols.includes(value))
    case 'fixed':
      return fit(value instanceof Uint8Array && value.byteLength === type.size)
    case 'array':
      return Array.isArray(value) ? worst(value.map((item) => fitOf(type.items, item))) : 'none'
    case 'map':
      return isObject(value) && isPlain(value) ? worst(Object.values(value).map((each) => fitOf(type.values, each))) : 'none'
    case 'union':
      return best(type.branches.map((branch) => fitOf(branch, value)))
    default:
      return primitiveFit(type, value)
  }
}

function primitiveFit(type: PrimitiveType, value: unknown): Fit {
  switch (type.kind) {
    case 'null':
      return fit(value === null)
    case 'boolean':
      return fit(typeof value === 'boolean')
    case 'int':
      return integerFit(value, typeof value === 'number' && value === (value | 0))
    case 'long':
      return readsBigint(type) ? fit(typeof value === 'bigint') : integerFit(value, Number.isSafeInteger(value))
    case 'float':
      return typeof value !== 'number' || !isFloat(value) ? 'none' : Object.is(Math.fround(value), value) ? 'exact' : 'loose'
    case 'double':
      return fit(typeof value === 'number')
    case 'bytes':
      return fit(value instanceof Uint8Array)
    case 'string':
      return fit(typeof value === 'string' && value.isWellFormed())
  }
}

/** Avro's integers have no −0, so it would be read back as 0. */
function integerFit(value: unknown, isInteger: boolean): Fit {
  if (!isInteger) return 'none'
  return Object.is(value, -0) ? 'loose' : 'exact'
}

/** Whether a number is in the range of floats. A greater number would become infinite. */
export function isFloat(value: number): boolean {
  return !Number.isFinite(value) || Number.isFinite(Math.fround(value))
}

/** Whether a value may be an Avro record or map: an object that is neither a list nor bytes. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
}

function recordFit({ fields }: RecordType, value: Readonly<Record<string, unknown>>): Fit {
  const fits = fields.map((field) => {
    const member = value[field.name]
    if (member !== undefined) return fitOf(field.type, member)
    return field.default === undefined ? 'none' : 'loose'
  })
  const names = new Set(fields.map((field) => field.name))
  const isComplete = Object.keys(value).every((key) => names.has(key) || value[key] === undefined)
  return worst([...fits, isComplete ? 'exact' : 'loose'])
}

function fit(isExact: boolean): Fit {
  return isExact ? 'exact' : 'none'
}

function worst(fits: readonly Fit[]): Fit {
  if (fits.includes('none')) return 'none'
  return fits.includes('loose') ? 'loose' : 'exact'
}

function best(fits: readonly Fit[]): Fit {
  if (fits.includes('exact')) return 'exact'
  return fits.includes('loose') ? 'loose' : 'none'
}
