import type { Serde } from 'millrace'
import { isObject, readConnectJson } from './connect-json.ts'
import type { ConnectSchema } from './connect-json.ts'
import type { Column } from './connect-values.ts'
import { readLong } from './connect-values.ts'
import { invalidSchema } from './invalid-envelope.ts'

/** What a record of change capture says: a row as it is now, a row that is gone, or something that is none of a row. */
export type RowEvent<T> =
  | { readonly kind: 'upsert'; readonly id: number; readonly row: T }
  | { readonly kind: 'delete'; readonly id: number }
  | { readonly kind: 'ignore'; readonly op: string }

/** Gives a column of the row that is read; a missing one is `INVALID_SCHEMA`. */
export type Columns = (name: string) => Column

/** Serde of Debezium's envelopes, read only. What is no envelope, or holds no valid row, goes to the deserialization handler. */
export function envelopeSerde<T>(table: string, readRow: (columns: Columns) => T): Serde<RowEvent<T>> {
  return {
    name: `envelope(${table})`,
    serialize: () => {
      throw new Error(`Only change capture writes envelopes of ${table}.`)
    },
    deserialize: (bytes) => readEvent(bytes, readRow),
  }
}

/** The key `{"id":1}`, read as text: `"1"`. */
export const rawKeySerde: Serde<string> = {
  name: 'connect-key',
  serialize: (id) => Buffer.from(JSON.stringify({ id: Number(id) })),
  deserialize: (bytes) => {
    const { payload } = readConnectJson(bytes)
    if (!isObject(payload)) throw invalidSchema('The key is no object with an id.')
    return String(readLong({ name: 'id', value: payload['id'], schema: undefined }))
  },
}

function readEvent<T>(bytes: Uint8Array, readRow: (columns: Columns) => T): RowEvent<T> {
  const { schema, payload } = readConnectJson(bytes)
  if (!isObject(payload) || typeof payload['op'] !== 'string')
    throw invalidSchema('The payload is no envelope: it has no field "op".')
  const op = payload['op']
  switch (op) {
    case 'c':
    case 'r':
    case 'u': {
      const columns = columnsOf('after', payload, schema)
      return { kind: 'upsert', id: readLong(columns('id')), row: readRow(columns) }
    }
    case 'd':
      return { kind: 'delete', id: readLong(columnsOf('before', payload, schema)('id')) }
    case 't':
    case 'm':
      return { kind: 'ignore', op }
    default:
      throw invalidSchema(`The envelope's op is ${JSON.stringify(op)}, known are c, r, u, d, t and m.`)
  }
}

function columnsOf(side: 'before' | 'after', payload: Record<string, unknown>, schema: ConnectSchema | null): Columns {
  const row = payload[side]
  if (!isObject(row)) throw invalidSchema(`The envelope has no "${side}", which its op needs.`)
  const fields = schema?.fields?.find(({ field }) => field === side)?.fields
  return (name) => {
    if (!(name in row)) throw invalidSchema(`The row has no column ${name}.`)
    return { name, value: row[name], schema: fields?.find(({ field }) => field === name) }
  }
}
