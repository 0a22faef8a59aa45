import { Serdes, StreamsBuilder, nullable, topic } from 'millrace'
import type { KStream, KeyValue, Topology } from 'millrace'
import { connectJson } from 'millrace/connect'
import { auditLog, rawTransfers, rawUsers } from '../topics.ts'
import type { AuditRecord } from '../topics.ts'

export interface AuditOptions {
  /** Columns whose values are not to be read in the log. That they have changed is still told. Default: none. */
  readonly masked?: readonly string[]
}

type Fields = Readonly<Record<string, unknown>>
type Texts = Readonly<Record<string, string>>

const envelope = connectJson()
const ops: Readonly<Record<string, AuditRecord['op']>> = { c: 'CREATE', u: 'UPDATE', d: 'DELETE', r: 'SNAPSHOT' }
const mask = '***'

/**
 * Every change of a row, with the columns that it has changed, whatever the table: no schema of a table is known here. What is no
 * envelope is passed over, for ingestion refuses it, and one letter of a record is enough.
 */
export function auditTopology({ masked = [] }: AuditOptions = {}): Topology {
  const builder = new StreamsBuilder()
  const changes = [rawUsers, rawTransfers].map(({ name }) => changesOf(builder, name, new Set(masked)))
  changes.reduce((all, more) => all.merge(more)).to(auditLog)
  return builder.build()
}

function changesOf(builder: StreamsBuilder, name: string, masked: ReadonlySet<string>): KStream<string, AuditRecord> {
  const entity = name.slice(name.lastIndexOf('.') + 1)
  // No key is read: a truncation has none, and a foreign record any.
  const raw = topic(name, { key: nullable(Serdes.bytes), value: nullable(Serdes.bytes) })
  return builder.stream(raw).flatMap((bytes) => {
    const change = bytes === null ? null : read(bytes, name)
    return change === null ? [] : recordsOf(entity, change, masked)
  })
}

/** Null: it is no envelope. */
function read(bytes: Uint8Array, name: string): Fields | null {
  try {
    return asFields(envelope.deserialize(bytes, { topic: name, component: 'value', headers: [] }).value)
  } catch {
    return null
  }
}

function recordsOf(entity: string, change: Fields, masked: ReadonlySet<string>): KeyValue<string, AuditRecord>[] {
  const op = ops[String(change['op'])]
  const [before, after] = [textsOf(change['before']), textsOf(change['after'])]
  const entityId = (after ?? before)?.['id']
  if (op === undefined || entityId === undefined) return []
  const names = new Set([...Object.keys(after ?? {}), ...Object.keys(before ?? {})])
  const changedFields = [...names].filter((field) => before?.[field] !== after?.[field])
  const sides = { before: masking(before, masked), after: masking(after, masked) }
  const sourceTs = Number(change['ts_ms'] ?? 0)
  const value = { entity, entityId, op, ...sides, changedFields, sourceTs, source: textsOf(change['source']) ?? {} }
  return [{ key: `${entity}:${entityId}`, value }]
}

const asFields = (value: unknown): Fields | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null

/** What is null is left out. */
function textsOf(value: unknown): Texts | null {
  const fields = asFields(value)
  if (fields === null) return null
  return Object.fromEntries(Object.entries(fields).flatMap(([name, field]) => (field === null ? [] : [[name, textOf(field)]])))
}

const textOf = (value: unknown): string =>
  typeof value === 'object' ? JSON.stringify(value) : String(value as string | number | bigint | boolean)

function masking(texts: Texts | null, masked: ReadonlySet<string>): Texts | null {
  if (texts === null || masked.size === 0) return texts
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, masked.has(name) ? mask : text]))
}
