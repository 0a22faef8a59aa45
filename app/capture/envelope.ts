import type { TableName } from '../adapters/sqlite/bank-schema.ts'
import { decimalBase64, envelopeSchema, keySchema } from './connect-json.ts'

/** One line of cdc_log. */
export interface LoggedChange {
  readonly seq: number
  readonly table: TableName
  readonly op: 'c' | 'u' | 'd' | 'r'
  readonly before: Row | null
  readonly after: Row | null
  /** `false`, or Debezium's word for the place within the snapshot. */
  readonly snapshot: string
  readonly timeMs: number
}

export interface Row {
  readonly id: number
  readonly [column: string]: unknown
}

export interface RawRecord {
  readonly topic: string
  readonly key: Uint8Array
  readonly value: Uint8Array | null
  readonly timestamp: number
  readonly headers: readonly { readonly key: string; readonly value: Uint8Array }[]
}

/** Header by which a restarted source knows what a partition already has: `seq:index` of the record among those of its change. */
export const positionHeader = 'source.position'

export interface EnvelopeOptions {
  /** Topics are `<prefix>.<database>.<table>`, as Debezium names them. */
  readonly prefix: string
  readonly database: string
}

/**
 * The records of a change, as Debezium writes them: one; for a delete a tombstone after it, so that compaction forgets the key;
 * for a change of the primary key a delete, a tombstone and a create.
 */
export function toRecords(change: LoggedChange, options: EnvelopeOptions): RawRecord[] {
  const { op, before, after } = change
  if (op === 'd') return number(change, deletion(change, before!, options, []))
  if (op === 'u' && before!.id !== after!.id) return number(change, rekeying(change, before!, after!, options))
  return number(change, [record(change, after!.id, { op, before, after }, options, [])])
}

function rekeying(change: LoggedChange, before: Row, after: Row, options: EnvelopeOptions): RawRecord[] {
  const topic = topicOf(change, options)
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
  const topic = topicOf(change, options)
  const times = timesOf(change.timeMs)
  const payload = {
    before: encode(before),
    after: encode(after),
    source: sourceOf(change, options),
    transaction: null,
    op,
    ...times,
  }
  const value = Buffer.from(`{"schema":${envelopeText(topic, change.table)},"payload":${jsonText(payload)}}`)
  return { topic, key: Buffer.from(keyText(topic, id)), value, timestamp: change.timeMs, headers }
}

function sourceOf({ seq, table, snapshot, timeMs }: LoggedChange, { prefix, database }: EnvelopeOptions): object {
  const { ts_ms, ts_us, ts_ns } = timesOf(timeMs)
  const common = { version: '1', connector: 'sqlite', name: prefix, ts_ms, snapshot, db: database, sequence: null, ts_us, ts_ns }
  return { ...common, table, server_id: 0, gtid: null, file: 'cdc_log', pos: seq, row: 0, thread: null, query: null }
}

/** Nanoseconds are beyond what a number holds exactly: they are a bigint until they are text. */
function timesOf(timeMs: number): { readonly ts_ms: number; readonly ts_us: number; readonly ts_ns: bigint } {
  return { ts_ms: timeMs, ts_us: timeMs * 1000, ts_ns: BigInt(timeMs) * 1_000_000n }
}

function encode(row: Row | null): Row | null {
  const amount = row?.['amount']
  return typeof amount === 'string' ? { ...row!, amount: decimalBase64(amount) } : row
}

function number(change: LoggedChange, records: readonly RawRecord[]): RawRecord[] {
  return records.map((record, index) => ({
    ...record,
    headers: [...record.headers, header(positionHeader, `${change.seq}:${index}`)],
  }))
}

function header(key: string, text: string): { readonly key: string; readonly value: Uint8Array } {
  return { key, value: Buffer.from(text) }
}

function topicOf({ table }: { readonly table: TableName }, { prefix, database }: EnvelopeOptions): string {
  return `${prefix}.${database}.${table}`
}

function keyText(topic: string, id: number): string {
  return `{"schema":${memoized(`key ${topic}`, () => keySchema(topic))},"payload":${JSON.stringify({ id })}}`
}

function envelopeText(topic: string, table: TableName): string {
  return memoized(`value ${topic}`, () => envelopeSchema(topic, table))
}

const schemaTexts = new Map<string, string>()

/** The schema is most of each record, and always the same. */
function memoized(name: string, make: () => object): string {
  const text = schemaTexts.get(name) ?? JSON.stringify(make())
  schemaTexts.set(name, text)
  return text
}

function jsonText(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'bigint' ? (JSON as RawJson).rawJSON(String(part)) : part,
  )
}

/** ES2026; @types/node does not know it yet. */
type RawJson = typeof JSON & { rawJSON(text: string): unknown }
