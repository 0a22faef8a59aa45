import { checkOptions, type OptionNames } from '../../model/check-options.ts'
import type { Serde } from '../../model/serde.ts'
import { SerializationError } from '../../model/errors.ts'
import type { Columns, RowOf } from './columns.ts'
import type { EmbeddedSchemas } from './connect-document.ts'
import { ConnectDocuments } from './connect-document.ts'
import { invalidSchema } from './connect-errors.ts'
import type { ConnectSchema } from './connect-schema.ts'
import { fieldOf } from './connect-schema.ts'
import type { DriftReport } from './drift.ts'
import { driftOf, isDrifted } from './drift.ts'
import { isObject } from './exact-json.ts'

/** What a record of change capture says: a row as it is now, a row that is gone, or something that is none of a row. */
export type RowChange<K, T> =
  | { readonly kind: 'upsert'; readonly key: K; readonly row: T }
  | { readonly kind: 'delete'; readonly key: K }
  /** The value is null within its schema: the row of the record's key is gone, as a flat row with `schemas.enable=true` says it. */
  | { readonly kind: 'tombstone' }
  /** A truncation (`op` t) or a message (`op` m). */
  | { readonly kind: 'ignore'; readonly op: string }

/** Options of {@link rowChange}. */
export interface RowChangeOptions<C extends Columns, K extends keyof C & string, T> {
  /** The columns that are read. Others are left alone. */
  readonly columns: C
  /** The column of the primary key. */
  readonly key: K
  /** Makes the value of a row. What it throws is `STREAMS_CONNECT_DATA`. Default: the row itself. */
  readonly read?: ((row: RowOf<C>) => T) | undefined
  /** See {@link ConnectJsonOptions.schemas}. Default `auto`. */
  readonly schemas?: EmbeddedSchemas | undefined
  /** Is told once of each embedded schema whose columns are not as `columns` expects them. */
  readonly onDrift?: ((report: DriftReport, topic: string) => void) | undefined
}

const optionNames: OptionNames<RowChangeOptions<Columns, string, unknown>> = {
  columns: true,
  key: true,
  read: true,
  schemas: true,
  onDrift: true,
}

/**
 * Serde of change capture, read only: Debezium's envelopes (`before`, `after`, `op`), and the flat rows that its transform
 * `ExtractNewRecordState` makes of them, where `__deleted` marks a row that is gone. Each record shows which of them it is.
 *
 * A record that is none, or lacks a column, is `STREAMS_CONNECT_SCHEMA`. A value that is none of its column is
 * `STREAMS_CONNECT_DATA`. Both go to the deserialization handler. Null values (tombstones) never reach a serde: declare the topic's
 * value as `nullable`. With embedded schemas a null of a flat row is a value, and a change of the kind `tombstone`. After an envelope's
 * delete both say nothing new; with flat rows they may be the only sign of a delete.
 *
 * @example
 * const users = rowChange({ key: 'id', columns: { id: column.long(), name: column.text() } })
 * const raw = topic('raw.bank.users', { key: nullable(connectJson()), value: nullable(users) })
 */
export function rowChange<const C extends Columns, K extends keyof C & string, T = RowOf<C>>(
  options: RowChangeOptions<C, K, T>,
): Serde<RowChange<RowOf<C>[K], T>> {
  checkOptions('rowChange()', options as RowChangeOptions<Columns, string, unknown>, optionNames)
  const reader = new RowReader(options)
  return {
    name: `row-change(${Object.keys(options.columns).join(', ')})`,
    serialize: () => {
      throw new SerializationError('STREAMS_SERIALIZATION', 'Only a connector writes changes of rows: this serde reads them.')
    },
    deserialize: (bytes, { topic }) => reader.read(bytes, topic),
  }
}

class RowReader<C extends Columns, K extends keyof C & string, T> {
  readonly #options: RowChangeOptions<C, K, T>
  readonly #documents: ConnectDocuments
  readonly #seen = new WeakSet<ConnectSchema>()

  constructor(options: RowChangeOptions<C, K, T>) {
    this.#options = options
    this.#documents = new ConnectDocuments(options.schemas ?? 'auto')
  }

  read(bytes: Uint8Array, topic: string): RowChange<RowOf<C>[K], T> {
    const { schema, payload } = this.#documents.parse(bytes)
    if (payload === null) return { kind: 'tombstone' }
    if (!isObject(payload)) throw invalidSchema('The record is no object, so it is neither an envelope nor a row.')
    this.#reportDrift(schema, topic)
    if (typeof payload['op'] === 'string' && ('after' in payload || 'before' in payload))
      return this.#readEnvelope(payload, schema, payload['op'])
    return payload['__deleted'] === 'true' || payload['__deleted'] === true
      ? { kind: 'delete', key: this.#key(payload, schema) }
      : this.#upsert(payload, schema)
  }

  #readEnvelope(payload: Record<string, unknown>, schema: ConnectSchema | null, op: string): RowChange<RowOf<C>[K], T> {
    switch (op) {
      case 'c':
      case 'r':
      case 'u':
        return this.#upsert(side('after', payload), fieldOf(schema, 'after'))
      case 'd':
        return { kind: 'delete', key: this.#key(side('before', payload), fieldOf(schema, 'before')) }
      case 't':
      case 'm':
        return { kind: 'ignore', op }
      default:
        throw invalidSchema(`The envelope's op is ${JSON.stringify(op)}. Known are c, r, u, d, t and m.`)
    }
  }

  #upsert(json: Record<string, unknown>, schema: ConnectSchema | null | undefined): RowChange<RowOf<C>[K], T> {
    const names = Object.keys(this.#options.columns)
    const row = Object.fromEntries(names.map((name) => [name, this.#column(name, json, schema)])) as RowOf<C>
    return { kind: 'upsert', key: row[this.#options.key], row: this.#value(row) }
  }

  #key(json: Record<string, unknown>, schema: ConnectSchema | null | undefined): RowOf<C>[K] {
    return this.#column(this.#options.key, json, schema) as RowOf<C>[K]
  }

  #column(name: string, json: Record<string, unknown>, schema: ConnectSchema | null | undefined): unknown {
    const expected = this.#options.columns[name]!
    if (!(name in json) && !expected.optional) throw invalidSchema(`The row has no column ${name}.`)
    return expected.read(json[name], fieldOf(schema, name), name)
  }

  #value(row: RowOf<C>): T {
    const { read } = this.#options
    if (read === undefined) return row as unknown as T
    try {
      return read(row)
    } catch (error) {
      if (error instanceof SerializationError) throw error
      const reason = error instanceof Error ? error.message : String(error)
      throw new SerializationError('STREAMS_CONNECT_DATA', reason, { cause: error })
    }
  }

  #reportDrift(schema: ConnectSchema | null, topic: string): void {
    const { columns, onDrift } = this.#options
    if (schema === null || onDrift === undefined || this.#seen.has(schema)) return
    this.#seen.add(schema)
    const report = driftOf(columns, schema)
    if (isDrifted(report)) onDrift(report, topic)
  }
}

function side(name: 'before' | 'after', payload: Record<string, unknown>): Record<string, unknown> {
  const row = payload[name]
  if (isObject(row)) return row
  throw invalidSchema(`The envelope has no "${name}", which its op needs.`)
}
