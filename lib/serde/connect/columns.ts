import { formatDecimal, parseDecimal } from '../avro/decimal.ts'
import { invalidData } from './connect-errors.ts'
import type { ConnectSchema } from './connect-schema.ts'
import { decimalName, scaleOf } from './connect-schema.ts'
import { parseIsoTime } from './iso-time.ts'
import { unscaledOf } from './connect-value.ts'

/** What a program expects of a column: its type, and how its values are read, whatever a connector writes. See {@link column}. */
export interface Column<T> {
  /** The type in messages and reports, e.g. `decimal(18, 2)`. */
  readonly description: string
  /** Whether the column may be missing. */
  readonly optional: boolean
  /** Whether a column with this embedded schema can be read. */
  readonly accepts: (schema: ConnectSchema) => boolean
  /** Reads the JSON of a value. `schema` is the embedded one, if the record has one. Throws `STREAMS_CONNECT_DATA`. */
  readonly read: (json: unknown, schema: ConnectSchema | undefined, name: string) => T
}

/** The columns that a program reads of a row, by their names. */
export type Columns = Readonly<Record<string, Column<unknown>>>

/** The type of a row that was read by its columns. */
export type RowOf<C extends Columns> = { readonly [Name in keyof C]: C[Name] extends Column<infer T> ? T : never }

/** The type of a decimal column. */
export interface DecimalColumn {
  /** How many digits the column holds. */
  readonly precision: number
  /** How many of them are behind the point. Values are texts with exactly as many. */
  readonly scale: number
  /**
   * The scale with which a connector without embedded schemas has written base64 (`decimal.handling.mode=precise`): nothing in the
   * record tells it, and it stays that of the past if the column has changed. Default: base64 without a schema is refused.
   */
  readonly base64Scale?: number | undefined
}

const integers = ['int8', 'int16', 'int32', 'int64']

/** The number of these units in a ms. */
const unitsPerMs = { ms: 1, us: 1000, ns: 1_000_000 } as const

/** Declares columns. */
export const column = Object.freeze({
  /** A whole number that JavaScript holds exactly. */
  long: (): Column<number> => ({
    ...required('long', ({ type, name }) => integers.includes(type) && name === undefined),
    read: (json, _schema, name) => {
      if (Number.isSafeInteger(json)) return json as number
      throw invalidData(name, json, 'a whole number within ±(2^53 − 1)')
    },
  }),

  /** A text. */
  text: (): Column<string> => ({
    ...required('text', ({ type }) => type === 'string'),
    read: (json, _schema, name) => {
      if (typeof json === 'string') return json
      throw invalidData(name, json, 'a text')
    },
  }),

  /** One of some texts, as an enum column has. */
  symbol: <const S extends string>(...symbols: readonly S[]): Column<S> => ({
    ...required(`one of ${symbols.join(', ')}`, ({ type }) => type === 'string'),
    read: (json, _schema, name) => {
      const found = symbols.find((symbol) => symbol === json)
      if (found !== undefined) return found
      throw invalidData(name, json, `one of ${symbols.join(', ')}`)
    },
  }),

  /**
   * A time, as ms since the epoch. A text is ISO 8601. A number has the unit of its type, if the schema names it: Debezium's
   * `Timestamp`, `MicroTimestamp` and `NanoTimestamp`, Connect's `Timestamp`. Without a schema it has `unit`, by default ms.
   */
  time: ({ unit = 'ms' }: { readonly unit?: 'ms' | 'us' | 'ns' | undefined } = {}): Column<number> => ({
    ...required('time', ({ type, name }) => type === 'string' || (type === 'int64' && name !== undefined)),
    read: (json, schema, name) => {
      const timeMs = typeof json === 'string' && !/^-?\d+$/.test(json) ? parseIsoTime(json) : toMs(json, unitOf(schema) ?? unit)
      if (timeMs !== undefined && Number.isSafeInteger(timeMs)) return timeMs
      throw invalidData(name, json, 'a time')
    },
  }),

  /**
   * A decimal, as exact text with the declared scale: `7.5` is `"7.50"` at scale 2. Connect's Decimal is read in base64 or as a number,
   * by the scale of its schema; so are texts (`decimal.handling.mode=string`) and doubles. What the declared type would have to round
   * is refused.
   */
  decimal: (type: DecimalColumn): Column<string> => ({
    ...required(
      `decimal(${type.precision}, ${type.scale})`,
      (schema) => schema.name === decimalName || ['string', 'double', 'float', ...integers].includes(schema.type),
    ),
    read: (json, schema, name) => {
      const unscaled = unscaledAt(type.scale, plainText(json, schema, type.base64Scale))
      if (unscaled !== undefined && digitsOf(unscaled) <= type.precision) return formatDecimal(unscaled, type.scale)
      throw invalidData(name, json, `a decimal(${type.precision}, ${type.scale})`)
    },
  }),

  /** A column that may be null or missing. */
  optional: <T>(of: Column<T>): Column<T | null> => ({
    description: `${of.description} or null`,
    optional: true,
    accepts: of.accepts,
    read: (json, schema, name) => (json === null || json === undefined ? null : of.read(json, schema, name)),
  }),
})

function required(description: string, accepts: (schema: ConnectSchema) => boolean) {
  return { description, optional: false, accepts }
}

function unitOf(schema: ConnectSchema | undefined): keyof typeof unitsPerMs | undefined {
  if (schema?.name === undefined) return undefined
  if (schema.name.endsWith('.MicroTimestamp')) return 'us'
  return schema.name.endsWith('.NanoTimestamp') ? 'ns' : 'ms'
}

/** Integers beyond what a number holds come as their text. */
function toMs(json: unknown, unit: keyof typeof unitsPerMs): number | undefined {
  if (typeof json === 'string') return Number(BigInt(json) / BigInt(unitsPerMs[unit]))
  return typeof json === 'number' ? Math.floor(json / unitsPerMs[unit]) : undefined
}

/** Returns the digits of a decimal however it was written. Undefined if nothing tells what its bytes mean. */
function plainText(json: unknown, schema: ConnectSchema | undefined, base64Scale: number | undefined): string | undefined {
  if (typeof json === 'number') return String(json)
  if (typeof json !== 'string') return undefined
  const text = json.trim()
  // Base64 has no point and no sign; a decimal in text that has neither could be base64, if no schema says that it is text.
  if (/^[+-]?\d*\.\d+$|^[+-]\d+$/.test(text) || schema?.type === 'string') return text
  const scale = schema === undefined ? base64Scale : scaleOf(schema)
  const unscaled = scale === undefined ? undefined : unscaledOf(json)
  return unscaled === undefined || scale === undefined ? undefined : formatDecimal(unscaled, scale)
}

function unscaledAt(scale: number, text: string | undefined): bigint | undefined {
  return text === undefined ? undefined : parseDecimal(text.replace(/^\+/, '').replace(/^(-?)\./, '$10.'), scale)
}

function digitsOf(unscaled: bigint): number {
  return (unscaled < 0n ? -unscaled : unscaled).toString().length
}
