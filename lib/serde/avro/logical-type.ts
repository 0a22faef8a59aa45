import { decimalType } from './decimal.ts'

/** How a logical type turns values of the Avro type below it into the values that users see. */
export interface LogicalType {
  readonly name: string
  /** For messages: `decimal(18, 2)`. */
  readonly description: string
  readonly fromRaw: (raw: never) => unknown
  /** Undefined: the value is none of this type. */
  readonly toRaw: (value: unknown) => unknown
  /** Whether a value comes back as it is, and not only as one that means the same (`10` as `10.00`). */
  readonly isExact: (value: unknown) => boolean
  /** Why a reader of this type cannot take what a writer of the other type wrote; undefined where it can. */
  readonly refuses: (writer: LogicalType | undefined) => string | undefined
}

/** Longs that are read as bigint, all 64 bits of them. `bigint` is Millrace's own; Java sees a plain long. */
const bigintNames: ReadonlySet<string> = new Set(['bigint', 'timestamp-nanos', 'local-timestamp-nanos'])

/** Whether the values of a long are bigints. */
export function readsBigint({ logical }: { readonly logical?: LogicalType | undefined }): boolean {
  return logical !== undefined && bigintNames.has(logical.name)
}

/** Times by the type below. They are read as the number that is written, but not as a number of another unit. */
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
 * The logical type that a schema names; undefined where it is unknown, which Avro reads as the type below. Throws a `TypeError` where its
 * attributes are wrong.
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

/** A plain number has no unit: it resolves to a time of any unit. */
function otherUnit(name: string, writer: LogicalType | undefined): string | undefined {
  if (writer === undefined || writer.name === 'bigint' || writer.name === name) return undefined
  return `${writer.name} is not read as ${name}`
}
