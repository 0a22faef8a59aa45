import { decimalType } from './decimal.ts'
import { bigintNames, type LogicalType } from './logical-type.ts'

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

/** The names of all times. avsc must not drop them from the text of a schema, because they tell the unit of a number. */
export const timeNames = Object.values(timesOf).flat()

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
