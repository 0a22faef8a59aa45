import { decimalType } from './decimal.ts'

/** Turns the values of an Avro type, the raw values, into the values that users see, and back. */
export interface LogicalType {
  readonly name: string
  /** The name of the type in messages, e.g. `decimal(18, 2)`. */
  readonly description: string
  readonly fromRaw: (raw: never) => unknown
  /** Returns the raw value. Undefined if the value is not of this type. */
  readonly toRaw: (value: unknown) => unknown
  /** Whether a value is read back equal. It is false for `10`, which a decimal of scale 2 reads back as `10.00`. */
  readonly isExact: (value: unknown) => boolean
  /** Returns the reason why this type cannot read values of a writer's logical type. Undefined if it can. */
  readonly refuses: (writer: LogicalType | undefined) => string | undefined
}

/** The logical types of a long whose values are bigints. `bigint` is Millrace's own: Java ignores it and reads a long. */
const bigintNames: ReadonlySet<string> = new Set(['bigint', 'timestamp-nanos', 'local-timestamp-nanos'])

/** Whether the values of a long are bigints. */
export function readsBigint({ logical }: { readonly logical?: LogicalType | undefined }): boolean {
  return logical !== undefined && bigintNames.has(logical.name)
}

/** The times, by the Avro type that they belong to. Their values are numbers, and their units are not converted. */
const timesOf: Readonly<Record<string, readonly string[]>> = {
  int: ['date', 'time-millis'],
  long: [
    'timestamp-millis',
    'timestamp-micros',
    'timestamp-nanos',
    'local-timestamp-millis',
    'local-timestamp-micros',
    'local-timestamp-nanos',
    'time-micros',
  ],
}

/**
 * Returns the logical type that a schema names. Undefined if there is none, or an unknown one, which Avro ignores. Throws a
 * `TypeError` if its attributes are wrong.
 */
export function logicalTypeOf(schema: Readonly<Record<string, unknown>>, kind: string): LogicalType | undefined {
  const name = schema['logicalType']
  if (name === 'decimal' && (kind === 'bytes' || kind === 'fixed')) return decimalType(schema)
  if (typeof name !== 'string') return undefined
  const isTime = timesOf[kind]?.includes(name) ?? false
  if (kind === 'long' && bigintNames.has(name)) return bigintType(name, isTime)
  return isTime ? timeType(name) : undefined
}

function timeType(name: string): LogicalType {
  return {
    name,
    description: name,
    fromRaw: (raw) => raw,
    toRaw: (value) => value,
    isExact: () => true,
    refuses: (writer) => otherUnit(name, writer),
  }
}

function bigintType(name: string, isTime: boolean): LogicalType {
  return {
    name,
    description: name === 'bigint' ? 'long (bigint)' : `${name} (bigint)`,
    fromRaw: (raw) => raw,
    toRaw: (value) => (typeof value === 'bigint' && BigInt.asIntN(64, value) === value ? value : undefined),
    isExact: () => true,
    refuses: (writer) => (isTime ? otherUnit(name, writer) : undefined),
  }
}

/** Returns the refusal of a time of another unit. A writer's plain number has no unit, so any time can read it. */
function otherUnit(name: string, writer: LogicalType | undefined): string | undefined {
  if (writer === undefined || writer.name === 'bigint' || writer.name === name) return undefined
  return `${writer.name} is not read as ${name}`
}
