import avsc from 'avsc'
import { asBuffer } from '../../model/bytes.ts'

/** What avsc passes to a logical type, and asks of it; its own declarations leave the schema open. */
interface DecimalSchema {
  readonly precision?: unknown
  readonly scale?: unknown
}

/** `decimal` over bytes or fixed: exact text outside, an unscaled big-endian integer inside. */
class DecimalType extends avsc.types.LogicalType {
  readonly precision: number
  readonly scale: number
  readonly #fixedBytes: number | undefined

  constructor(schema: avsc.Schema, options?: unknown) {
    super(schema, options as never)
    const { precision, scale = 0 } = schema as DecimalSchema
    if (!Number.isInteger(precision) || (precision as number) < 1)
      throw new TypeError('A decimal needs a precision of 1 or more.')
    if (!Number.isInteger(scale) || (scale as number) < 0 || (scale as number) > (precision as number))
      throw new TypeError('The scale of a decimal is an integer from 0 to its precision.')
    this.precision = precision as number
    this.scale = scale as number
    this.#fixedBytes = (this.underlyingType as unknown as { readonly size?: number }).size
  }

  protected override _fromValue(bytes: Uint8Array): string {
    return formatDecimal(fromTwosComplement(bytes), this.scale)
  }

  protected override _toValue(text: unknown): Uint8Array | undefined {
    const unscaled = typeof text === 'string' ? parseDecimal(text, this.scale) : undefined
    if (unscaled === undefined || magnitude(unscaled) >= 10n ** BigInt(this.precision)) return undefined
    return toTwosComplement(unscaled, this.#fixedBytes)
  }

  /** Another scale would turn 10.00 into 1000: Avro calls the writer incompatible, and so is it here. */
  protected override _resolve(writer: unknown): ((text: unknown) => unknown) | undefined {
    const isSame = writer instanceof DecimalType && writer.scale === this.scale && writer.precision <= this.precision
    return isSame ? (text) => text : undefined
  }

  protected override _export(attributes: avsc.Schema): void {
    Object.assign(attributes, { precision: this.precision, scale: this.scale })
  }
}

/** `timestamp-millis`: the long as it is, but kept in the schema's text. */
class TimestampMillisType extends avsc.types.LogicalType {
  protected override _fromValue(timeMs: number): number {
    return timeMs
  }

  protected override _toValue(timeMs: unknown): unknown {
    return Number.isSafeInteger(timeMs) ? timeMs : undefined
  }

  protected override _resolve(writer: avsc.Type): ((timeMs: unknown) => unknown) | undefined {
    const isTime = writer instanceof TimestampMillisType || avsc.Type.isType(writer, 'long', 'int')
    return isTime ? (timeMs) => timeMs : undefined
  }
}

/** For `avsc.Type.forSchema`, and for a client of @kafkajs/confluent-schema-registry that one makes oneself. */
export const avroLogicalTypes = Object.freeze({ decimal: DecimalType, 'timestamp-millis': TimestampMillisType })

/** The unscaled integer of `"-12.5"`; undefined where the text is no decimal, or has more decimals than `scale`. */
function parseDecimal(text: string, scale: number): bigint | undefined {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text)
  const fraction = (match?.[3] ?? '').replace(/0+$/, '')
  if (match === null || fraction.length > scale) return undefined
  const unscaled = BigInt(match[2]! + fraction.padEnd(scale, '0'))
  return match[1] === '-' ? -unscaled : unscaled
}

function formatDecimal(unscaled: bigint, scale: number): string {
  const digits = magnitude(unscaled)
    .toString()
    .padStart(scale + 1, '0')
  const whole = digits.slice(0, digits.length - scale)
  const sign = unscaled < 0n ? '-' : ''
  return scale === 0 ? sign + whole : `${sign}${whole}.${digits.slice(-scale)}`
}

/** Signed, big-endian; no bytes are zero (Java: `new BigInteger(bytes)`). */
function fromTwosComplement(bytes: Uint8Array): bigint {
  if (bytes.byteLength === 0) return 0n
  return BigInt.asIntN(bytes.byteLength * 8, BigInt(`0x${asBuffer(bytes).toString('hex')}`))
}

/** The shortest such bytes (`BigInteger.toByteArray`), or as many as asked; undefined where these are too few. */
function toTwosComplement(value: bigint, size?: number): Uint8Array | undefined {
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

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value
}
