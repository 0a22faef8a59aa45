import type { DecimalType } from './decimal.ts'

/** A type as Connect's JsonConverter writes it into each record. */
export interface ConnectField {
  readonly type: string
  readonly optional: boolean
  readonly field: string
  readonly [attribute: string]: unknown
}

const int64 = (field: string, optional = false): ConnectField => ({ type: 'int64', optional, field })
const int32 = (field: string): ConnectField => ({ type: 'int32', optional: false, field })
const string = (field: string, optional = false): ConnectField => ({ type: 'string', optional, field })
const required = (name: string): ConnectField => string(name)
const optional = (name: string): ConnectField => string(name, true)

const decimalName = 'org.apache.kafka.connect.data.Decimal'

export const zonedTimestamp = (field: string): ConnectField => ({
  type: 'string',
  optional: false,
  name: 'io.debezium.time.ZonedTimestamp',
  version: 1,
  default: '1970-01-01T00:00:00Z',
  field,
})

export const decimal = (field: string, { precision, scale }: DecimalType): ConnectField => ({
  type: 'bytes',
  optional: false,
  name: decimalName,
  version: 1,
  parameters: { scale: String(scale), 'connect.decimal.precision': String(precision) },
  field,
})

/** Undefined: the field is no decimal. */
export function decimalTypeOf({ name, parameters }: ConnectField): DecimalType | undefined {
  if (name !== decimalName) return undefined
  const { scale, 'connect.decimal.precision': precision } = parameters as Readonly<Record<string, string>>
  return { precision: Number(precision), scale: Number(scale) }
}

export const enumeration = (
  field: string,
  allowed: string,
  initial: string,
  isOptional: 'optional' | 'required',
): ConnectField => ({
  type: 'string',
  optional: isOptional === 'optional',
  name: 'io.debezium.data.Enum',
  version: 1,
  parameters: { allowed },
  default: initial,
  field,
})

/** The columns of money, and how the tables declare them. */
export const decimalColumns: Readonly<Record<string, DecimalType>> = { amount: { precision: 18, scale: 2 } }

/** The tables whose changes are captured. */
export type TableName = 'users' | 'transfers'

/** The columns that the pipeline knows of them. */
export const rowFields: Readonly<Record<TableName, readonly ConnectField[]>> = {
  users: [int64('id'), required('name'), zonedTimestamp('created_at'), zonedTimestamp('last_updated_at')],
  transfers: [
    int64('id'),
    int64('from_user_id'),
    int64('to_user_id'),
    decimal('amount', decimalColumns['amount']!),
    enumeration('status', 'PENDING,COMPLETED,FAILED,REVERSED', 'PENDING', 'required'),
    optional('request_id'),
    zonedTimestamp('created_at'),
    zonedTimestamp('last_updated_at'),
  ],
}

const snapshotKinds = 'true,first,first_in_data_collection,last_in_data_collection,last,false,incremental'

const sourceFields: readonly ConnectField[] = [
  required('version'),
  required('connector'),
  required('name'),
  int64('ts_ms'),
  enumeration('snapshot', snapshotKinds, 'false', 'optional'),
  required('db'),
  optional('sequence'),
  int64('ts_us', true),
  int64('ts_ns', true),
  optional('table'),
  int64('server_id'),
  optional('gtid'),
  required('file'),
  int64('pos'),
  int32('row'),
  int64('thread', true),
  optional('query'),
]

const blockFields: readonly ConnectField[] = [required('id'), int64('total_order'), int64('data_collection_order')]

/** The schema of a key: `{"id": 1}`. */
export function keySchema(topic: string): object {
  return { type: 'struct', fields: [int64('id')], optional: false, name: `${topic}.Key` }
}

/** The schema of Debezium's envelope around rows with these columns. */
export function envelopeSchema(topic: string, connector: string, columns: readonly ConnectField[]): object {
  const row = { type: 'struct', fields: columns, optional: true, name: `${topic}.Value` }
  const source = {
    type: 'struct',
    fields: sourceFields,
    optional: false,
    name: `io.debezium.connector.${connector}.Source`,
    version: 1,
  }
  const block = { type: 'struct', fields: blockFields, optional: true, name: 'event.block', version: 1 }
  const fields = [
    { ...row, field: 'before' },
    { ...row, field: 'after' },
    { ...source, field: 'source' },
    { ...block, field: 'transaction' },
    string('op'),
    int64('ts_ms', true),
    int64('ts_us', true),
    int64('ts_ns', true),
  ]
  return { type: 'struct', fields, optional: false, name: `${topic}.Envelope`, version: 2 }
}
