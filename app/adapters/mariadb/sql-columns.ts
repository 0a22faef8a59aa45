import { decimal, enumeration, rowFields, zonedTimestamp } from '../../capture/connect-json.ts'
import type { ConnectField, TableName } from '../../capture/connect-json.ts'
import type { Row } from '../../capture/change-feed.ts'

/** A column as the server declares it: `{ name: 'amount', type: 'decimal(18,2)' }`. */
export interface SqlColumn {
  readonly name: string
  readonly type: string
}

/** The columns of a table at some time, and how their values are written. */
export interface SqlColumns {
  readonly fields: readonly ConnectField[]
  /** Of values as the driver and the log have them, a row of the envelope. */
  readonly rowOf: (values: Readonly<Record<string, unknown>>) => Row
}

/** What a field has beside its name and whether it is optional. */
interface FieldType {
  readonly type: string
  readonly name?: unknown
  readonly [attribute: string]: unknown
}

/** A type of SQL in Connect's words, as Debezium chooses them. */
interface SqlType {
  readonly field: FieldType
  readonly encode: (value: unknown) => unknown
}

/** The columns that a table had when a change was logged: those that the pipeline knows in its words, all others by their types. */
export function sqlColumns(table: TableName, columns: readonly SqlColumn[]): SqlColumns {
  if (!columns.some(({ name }) => name === 'id')) throw new Error(`The table ${table} has no column id: its changes have no key.`)
  const typed = columns.map(({ name, type }) => ({ name, ...typeOf(type) }))
  return {
    fields: typed.map(({ name, field }) => fieldOf(table, name, field)),
    rowOf: (values) =>
      Object.fromEntries(
        typed.map(({ name, encode }) => [
          name,
          values[name] === null || values[name] === undefined ? null : encode(values[name]),
        ]),
      ) as unknown as Row,
  }
}

/** A known column has its defaults, and is never null. Of others the log does not tell. */
function fieldOf(table: TableName, name: string, field: FieldType): ConnectField {
  const known = rowFields[table].find((candidate) => candidate.field === name)
  const isSame = known !== undefined && known.type === field.type && known['name'] === field.name
  if (isSame) return { ...known, ...field, ...('default' in known && { default: known['default'] }) }
  const { type, default: _initial, ...rest } = field
  return { type, ...rest, optional: true, field: name }
}

function typeOf(declared: string): SqlType {
  const [, word = '', args = ''] = /^(\w+)(?:\((.*)\))?/.exec(declared) ?? []
  const isUnsigned = declared.includes('unsigned')
  const make = types[word.toLowerCase()]
  return make === undefined ? plain('string', String) : make({ args, isUnsigned })
}

interface Declared {
  /** What stands in brackets. */
  readonly args: string
  readonly isUnsigned: boolean
}

const plain = (type: string, encode: SqlType['encode'], name?: string): SqlType => ({
  field: name === undefined ? { type } : { type, name, version: 1 },
  encode,
})

const bytes = plain('bytes', (value) => Buffer.from(value as Uint8Array).toString('base64'))
const whole = (type: string): SqlType => plain(type, int64Json)
const days = (value: unknown): number => Math.floor(Date.parse(`${String(value)}T00:00:00Z`) / 86_400_000)

const types: Readonly<Record<string, (declared: Declared) => SqlType>> = {
  tinyint: () => whole('int16'),
  smallint: ({ isUnsigned }) => whole(isUnsigned ? 'int32' : 'int16'),
  mediumint: () => whole('int32'),
  int: ({ isUnsigned }) => whole(isUnsigned ? 'int64' : 'int32'),
  bigint: () => whole('int64'),
  year: () => plain('int32', Number, 'io.debezium.time.Year'),
  float: () => plain('float', Number),
  double: () => plain('double', Number),
  decimal: ({ args }) => ({ field: withoutName(decimal('', decimalArgs(args))), encode: String }),
  enum: ({ args }) => ({ field: withoutName(enumeration('', valuesOf(args).join(','), '', 'required')), encode: String }),
  date: () => plain('int32', days, 'io.debezium.time.Date'),
  datetime: ({ args }) =>
    Number(args) > 3
      ? plain('int64', (value) => epoch(value, 6), 'io.debezium.time.MicroTimestamp')
      : plain('int64', (value) => epoch(value, 3), 'io.debezium.time.Timestamp'),
  timestamp: () => ({ field: withoutName(zonedTimestamp('')), encode: (value) => `${String(value).replace(' ', 'T')}Z` }),
  json: () => plain('string', String, 'io.debezium.data.Json'),
  ...Object.fromEntries(
    ['binary', 'varbinary', 'tinyblob', 'blob', 'mediumblob', 'longblob', 'bit'].map((word) => [word, () => bytes]),
  ),
}

function withoutName({ field: _field, optional: _optional, ...rest }: ConnectField): FieldType {
  return rest
}

function decimalArgs(args: string): { readonly precision: number; readonly scale: number } {
  const [precision = 10, scale = 0] = args.split(',').map(Number)
  return { precision, scale }
}

/** The values of `'a','b'`; a quote in one is doubled. */
function valuesOf(args: string): readonly string[] {
  return [...args.matchAll(/'((?:[^']|'')*)'/g)].map(([, value]) => value!.replaceAll("''", "'"))
}

/** A number beyond what JavaScript holds comes as its digits, and is written so. Connect has no greater one than an int64: it wraps around. */
function int64Json(value: unknown): unknown {
  if (typeof value === 'number') return value
  return (JSON as RawJson).rawJSON(String(BigInt.asIntN(64, BigInt(value as string))))
}

/** A time without a zone, as if it were UTC, in units of 10^-digits s. */
function epoch(value: unknown, digits: 3 | 6): unknown {
  const [seconds = '', fraction = ''] = String(value).split('.')
  const units = BigInt(Date.parse(`${seconds.replace(' ', 'T')}Z`) / 1000) * 10n ** BigInt(digits)
  return int64Json(String(units + BigInt(fraction.slice(0, digits).padEnd(digits, '0'))))
}

/** ES2026; @types/node does not know it yet. */
type RawJson = typeof JSON & { rawJSON(text: string): unknown }
