import { asBuffer } from '../../model/bytes.ts'
import type { LogicalType } from './logical-type.ts'

interface DecimalType extends LogicalType {
  readonly precision: number
  readonly scale: number
}

/** Returns the logical type `decimal` of bytes or fixed. Values are exact texts; the bytes are an unscaled big-endian integer. */
export function decimalType(schema: Readonly<Record<string, unknown>>): DecimalType {
  const { precision, scale } = checked(schema)
  const limit = 10n ** BigInt(precision)
  const size = typeof schema['size'] === 'number' ? schema['size'] : undefined
  return {
    name: 'decimal',
    description: `decimal(${precision}, ${scale})`,
    precision,
    scale,
    fromRaw: (raw: Uint8Array) => formatDecimal(fromTwosComplement(raw), scale),
    toRaw: (text) => {
      const unscaled = typeof text === 'string' ? parseDecimal(text, scale) : undefined
      if (unscaled === undefined || magnitude(unscaled) >= limit) return undefined
      return toTwosComplement(unscaled, size)
    },
    isExact: (text) => {
      const unscaled = parseDecimal(text as string, scale)
      return unscaled !== undefined && formatDecimal(unscaled, scale) === text
    },
    refuses: (writer) => {
      // A writer with another scale is incompatible, as Avro says: it would turn 10.00 into 1000.
      const isSame = isDecimal(writer) && writer.scale === scale && writer.precision <= precision
      return isSame ? undefined : `${writer?.description ?? 'what is no decimal'} is not read as decimal(${precision}, ${scale})`
    },
  }
}

function isDecimal(type: LogicalType | undefined): type is DecimalType {
  return type?.name === 'decimal'
}

/** Returns precision and scale. Throws a `TypeError` if the precision is below 1, or the scale below 0 or above the precision. */
export function checked(schema: object): { readonly precision: number; readonly scale: number } {
  const { precision, scale = 0 } = schema as { readonly precision?: number; readonly scale?: number }
  if (precision === undefined || !Number.isInteger(precision) || precision < 1)
    throw new TypeError('A decimal needs a precision of 1 or more.')
  if (!Number.isInteger(scale) || scale < 0 || scale > precision)
    throw new TypeError('The scale of a decimal is an integer from 0 to its precision.')
  return { precision, scale }
}

/**
 * Returns the unscaled integer of a text such as `"-12.5"`. Undefined if the text is not a decimal, or has more decimals than
 * `scale`.
 */
export function parseDecimal(text: string, scale: number): bigint | undefined {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text)
  const fraction = (match?.[3] ?? '').replace(/0+$/, '')
  if (match === null || fraction.length > scale) return undefined
  const unscaled = BigInt(match[2]! + fraction.padEnd(scale, '0'))
  return match[1] === '-' ? -unscaled : unscaled
}

export function formatDecimal(unscaled: bigint, scale: number): string {
  const digits = magnitude(unscaled)
    .toString()
    .padStart(scale + 1, '0')
  const whole = digits.slice(0, digits.length - scale)
  const sign = unscaled < 0n ? '-' : ''
  return scale === 0 ? sign + whole : `${sign}${whole}.${digits.slice(-scale)}`
}

/** Reads a signed big-endian integer. Zero bytes are the number 0 (Java: `new BigInteger(bytes)`). */
export function fromTwosComplement(bytes: Uint8Array): bigint {
  if (bytes.byteLength === 0) return 0n
  if (bytes.byteLength <= smallBytesMax) return BigInt(smallFromTwosComplement(bytes))
  return BigInt.asIntN(bytes.byteLength * 8, BigInt(`0x${asBuffer(bytes).toString('hex')}`))
}

/**
 * Writes a signed big-endian integer into `size` bytes, by default into as few as possible (Java: `BigInteger.toByteArray`).
 * Undefined if `size` bytes are too few.
 */
export function toTwosComplement(value: bigint, size?: number): Uint8Array | undefined {
  if (size === undefined && -smallMax <= value && value < smallMax) return smallTwosComplement(Number(value))
  const bits = (value < 0n ? -value - 1n : value).toString(2)
  const least = value === 0n || value === -1n ? 1 : Math.floor(bits.length / 8) + 1
  const length = size ?? least
  if (length < least) return undefined
  return Buffer.from(
    BigInt.asUintN(length * 8, value)
      .toString(16)
      .padStart(length * 2, '0'),
    'hex',
  )
}

/** Integers of up to 6 bytes are numbers, and read and written without texts in between. */
const smallBytesMax = 6
const smallMax = 1n << 47n

/** The first byte has the sign. */
function smallFromTwosComplement(bytes: Uint8Array): number {
  let value = (bytes[0]! << 24) >> 24
  for (let at = 1; at < bytes.byteLength; at++) value = value * 0x100 + bytes[at]!
  return value
}

function smallTwosComplement(value: number): Uint8Array {
  let length = 1
  while (value < -(2 ** (8 * length - 1)) || value >= 2 ** (8 * length - 1)) length++
  const bytes = Buffer.allocUnsafe(length)
  bytes.writeIntBE(value, 0, length)
  return bytes
}

export function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value
}
