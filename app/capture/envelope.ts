import type { LoggedChange, Row } from './change-feed.ts'
import { decimalTypeOf, envelopeSchema, keySchema, rowFields } from './connect-json.ts'
import type { ConnectField, TableName } from './connect-json.ts'
import { decimalBase64, toScale } from './decimal.ts'
import type { DecimalType } from './decimal.ts'

export interface RawRecord {
  readonly topic: string
  readonly key: Uint8Array
  readonly value: Uint8Array | null
  readonly timestamp: number
  readonly headers: readonly { readonly key: string; readonly value: Uint8Array }[]
}

/** A place in the changes of a database, down to the record. */
export interface Position {
  readonly position: string
  readonly index: number
}

export function positionText({ database, table }: EnvelopeOptions, { position, index }: Position): string {
  return `${database}.${table}:${position}:${index}`
}

/** Of the header's text, the place; what stands in it may have colons. */
export function parsePosition(text: string): Position {
  const [start, end] = [text.indexOf(':'), text.lastIndexOf(':')]
  return { position: text.slice(start + 1, end), index: Number(text.slice(end + 1)) }
}

/**
 * Header by which a restarted source knows what a partition already has: `database.table:position:index`, where the index is that of the
 * record among those of its change.
 */
export const positionHeader = 'source.position'

/** Header with a position up to which all partitions had everything when the record was sent: a restarted source begins there. */
export const acknowledgedHeader = 'source.acknowledged'

export interface EnvelopeOptions {
  /** Topics are `<prefix>.<database>.<table>`, as Debezium names them. */
  readonly prefix: string
  readonly database: string
  readonly table: TableName
}

/** A row with a value that its column's type does not hold: a database with strict types has none. */
class UnwritableRowError extends Error {
  override readonly name = 'UnwritableRowError'
}

/**
 * The records of a change, as Debezium writes them: one; for a delete a tombstone after it, so that compaction forgets the key;
 * for a change of the primary key a delete, a tombstone and a create.
 */
export function toRecords(change: LoggedChange, options: EnvelopeOptions): RawRecord[] {
  const { op, before, after } = change
  if (op === 'd') return numbered(change, options, deletion(change, before!, options, []))
  if (op === 'u' && before!.id !== after!.id) return numbered(change, options, rekeying(change, before!, after!, options))
  return numbered(change, options, [record(change, after!.id, { op, before, after }, options, [])])
}

function rekeying(change: LoggedChange, before: Row, after: Row, options: EnvelopeOptions): RawRecord[] {
  const topic = topicOf(options)
  const [newKey, oldKey] = [
    header('__debezium.newkey', keyText(topic, after.id)),
    header('__debezium.oldkey', keyText(topic, before.id)),
  ]
  const creation = record(change, after.id, { op: 'c', before: null, after }, options, [oldKey])
  return [...deletion(change, before, options, [newKey]), creation]
}

function deletion(change: LoggedChange, before: Row, options: EnvelopeOptions, headers: RawRecord['headers']): RawRecord[] {
  const deleted = record(change, before.id, { op: 'd', before, after: null }, options, headers)
  return [deleted, { ...deleted, value: null }]
}

interface Payload {
  readonly op: string
  readonly before: Row | null
  readonly after: Row | null
}

function record(
  change: LoggedChange,
  id: number,
  { op, before, after }: Payload,
  options: EnvelopeOptions,
  headers: RawRecord['headers'],
): RawRecord {
  const topic = topicOf(options)
  const times = timesOf(change.timeMs)
  const columns = change.columns ?? rowFields[options.table]
  const payload = {
    before: before === null ? null : encodeBefore(op, before, columns),
    after: after === null ? null : encode(after, columns, refuse),
    source: sourceOf(change, options),
    transaction: null,
    op,
    ...times,
  }
  const value = Buffer.from(`{"schema":${envelopeText(topic, change.source.connector, columns)},"payload":${jsonText(payload)}}`)
  return { topic, key: Buffer.from(keyText(topic, id)), value, timestamp: change.timeMs, headers }
}

/** As Debezium's converter writes it: what is outside of the basic plane is escaped. */
function jsonText(value: unknown): string {
  return JSON.stringify(value).replaceAll(/[\uD800-\uDFFF]/g, (half) => `\\u${half.charCodeAt(0).toString(16).toUpperCase()}`)
}

function sourceOf({ source, snapshot, timeMs }: LoggedChange, { prefix, database, table }: EnvelopeOptions): object {
  const { ts_ms, ts_us, ts_ns } = timesOf(timeMs)
  const { connector, ...place } = source
  const common = { version: '1', connector, name: prefix, ts_ms, snapshot, db: database, sequence: null, ts_us, ts_ns, table }
  const { server_id, gtid, file, pos, row } = place
  return { ...common, server_id, gtid, file, pos, row, thread: null, query: null }
}

/** Nanoseconds are beyond what a number holds exactly: they are written by their digits. */
function timesOf(timeMs: number): { readonly ts_ms: number; readonly ts_us: number; readonly ts_ns: unknown } {
  const digits = String(BigInt(timeMs) * 1_000_000n)
  return { ts_ms: timeMs, ts_us: timeMs * 1000, ts_ns: (JSON as RawJson).rawJSON(digits) }
}

/**
 * A row that its schema does not hold would make the whole record unreadable. An update goes without the row as it was. A delete needs its
 * id, and has 0 for what is no decimal.
 */
function encodeBefore(op: string, before: Row, columns: readonly ConnectField[]): Row | null {
  if (op === 'd') return encode(before, columns, zeroOf)
  try {
    return encode(before, columns, refuse)
  } catch {
    return null
  }
}

type Otherwise = (column: string, value: unknown, type: DecimalType) => string

const zeroOf: Otherwise = (_column, _value, type) => decimalBase64(toScale('0', type)!)

/** Money in Connect's form. What is no decimal of its column goes to `otherwise`. */
function encode(row: Row, columns: readonly ConnectField[], otherwise: Otherwise): Row {
  const encoded = decimalsOf(columns)
    .filter(([column]) => row[column] !== undefined && row[column] !== null)
    .map(([column, type]) => {
      const decimal = toScale(row[column], type)
      return [column, decimal === undefined ? otherwise(column, row[column], type) : decimalBase64(decimal)]
    })
  return { ...row, ...Object.fromEntries(encoded) }
}

function refuse(column: string, value: unknown, { precision, scale }: DecimalType): never {
  throw new UnwritableRowError(`${column} is ${JSON.stringify(value)}, which no decimal(${precision},${scale}) holds.`)
}

const decimals = new WeakMap<readonly ConnectField[], readonly (readonly [column: string, type: DecimalType])[]>()

function decimalsOf(columns: readonly ConnectField[]): readonly (readonly [column: string, type: DecimalType])[] {
  const known = decimals.get(columns)
  if (known !== undefined) return known
  const found = columns.flatMap((column) => {
    const type = decimalTypeOf(column)
    return type === undefined ? [] : [[column.field, type] as const]
  })
  decimals.set(columns, found)
  return found
}

function numbered(change: LoggedChange, options: EnvelopeOptions, records: readonly RawRecord[]): RawRecord[] {
  return records.map((record, index) => ({
    ...record,
    headers: [...record.headers, header(positionHeader, positionText(options, { position: change.position, index }))],
  }))
}

export function header(key: string, text: string): { readonly key: string; readonly value: Uint8Array } {
  return { key, value: Buffer.from(text) }
}

export function topicOf({ prefix, database, table }: EnvelopeOptions): string {
  return `${prefix}.${database}.${table}`
}

export function keyText(topic: string, id: number): string {
  return `{"schema":${memoized(`key ${topic}`, () => keySchema(topic))},"payload":${JSON.stringify({ id })}}`
}

function envelopeText(topic: string, connector: string, columns: readonly ConnectField[]): string {
  const ofColumns = envelopeTexts.get(columns) ?? new Map<string, string>()
  envelopeTexts.set(columns, ofColumns)
  return memoized(`${topic} ${connector}`, () => envelopeSchema(topic, connector, columns), ofColumns)
}

const envelopeTexts = new WeakMap<readonly ConnectField[], Map<string, string>>()
const schemaTexts = new Map<string, string>()

/** The schema is most of each record, and always the same. */
function memoized(name: string, make: () => object, texts = schemaTexts): string {
  const text = texts.get(name) ?? JSON.stringify(make())
  texts.set(name, text)
  return text
}

/** ES2026; @types/node does not know it yet. */
type RawJson = typeof JSON & { rawJSON(text: string): unknown }
