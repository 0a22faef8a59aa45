import type avscModule from 'avsc'
import { checked, formatDecimal, fromTwosComplement, magnitude, parseDecimal, toTwosComplement } from './decimal.ts'
import { timeNames } from './logical-type-of.ts'

/** The part of the module `avsc` that Millrace uses. It is declared here, so that the types compile without the package. */
export interface Avsc {
  /** The classes of types. Logical types extend `LogicalType`. */
  readonly types: { readonly LogicalType: unknown }
}

/** Logical types by their names, as the option `logicalTypes` of `avsc.Type.forSchema`. */
export interface AvscLogicalTypes {
  readonly [name: string]: new (...args: never[]) => object
}

/**
 * Returns the logical types for `avsc.Type.forSchema`, and for your own client of @kafkajs/confluent-schema-registry. With them, a
 * schema that avsc has parsed keeps its decimals and times.
 *
 * @example
 * new SchemaRegistry({ host }, { AVRO: { logicalTypes: avroLogicalTypes(avsc) } })
 */
export function avroLogicalTypes(avsc: Avsc): AvscLogicalTypes {
  const { LogicalType } = (avsc as typeof avscModule).types
  const known = made.get(LogicalType) ?? makeTypes(LogicalType)
  made.set(LogicalType, known)
  return known
}

/**
 * Types resolve to one another by their class, also those of schemas that were parsed apart: there is one class for each module `avsc`.
 */
const made = new WeakMap<LogicalType, AvscLogicalTypes>()

function makeTypes(Base: LogicalType): AvscLogicalTypes {
  const TimeType = timeType(Base)
  return Object.freeze({ ...Object.fromEntries(timeNames.map((name) => [name, TimeType])), decimal: decimalType(Base) })
}

type LogicalType = typeof avscModule.types.LogicalType

/**
 * Makes the class for times, whose values are numbers. As registries do, it calls times of different units compatible; the serde
 * refuses them when it reads.
 */
function timeType(Base: LogicalType): LogicalType {
  class TimeType extends Base {
    protected override _fromValue(time: unknown): unknown {
      return time
    }

    protected override _toValue(time: unknown): unknown {
      return Number.isSafeInteger(time) ? time : undefined
    }

    protected override _resolve(writer: avscModule.Type): ((time: unknown) => unknown) | undefined {
      const isNumber = writer instanceof TimeType || writer.typeName === 'long' || writer.typeName === 'int'
      return isNumber ? (time) => time : undefined
    }
  }
  return TimeType
}

/** Makes the class for decimals. Values are exact texts; the bytes are an unscaled integer. */
function decimalType(Base: LogicalType): LogicalType {
  class DecimalType extends Base {
    readonly precision: number
    readonly scale: number
    readonly #fixedBytes: number | undefined

    constructor(schema: avscModule.Schema, options?: unknown) {
      super(schema, options as never)
      const { precision, scale } = checked(schema as object)
      this.precision = precision
      this.scale = scale
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

    /** A writer with another scale is incompatible, as Avro says: it would turn 10.00 into 1000. */
    protected override _resolve(writer: unknown): ((text: unknown) => unknown) | undefined {
      const isSame = writer instanceof DecimalType && writer.scale === this.scale && writer.precision <= this.precision
      return isSame ? (text) => text : undefined
    }

    protected override _export(attributes: avscModule.Schema): void {
      Object.assign(attributes, { precision: this.precision, scale: this.scale })
    }
  }
  return DecimalType
}
