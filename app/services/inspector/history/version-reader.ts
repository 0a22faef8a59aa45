import { StreamsError } from 'millrace'
import type { RawRecord, SchemaRegistry } from 'millrace'
import type { RowChange } from 'millrace/connect'
import type { Cause, FeedRecord, Station } from '../../../contracts/feed.ts'
import type { HistoryKind, HistoryVersion } from '../../../contracts/history.ts'
import { causeOf, opOf } from '../../../feed/topics/cause.ts'
import { rawTexts } from '../../../feed/topics/text-reader.ts'
import { TopicReader, keyText, schemaIdOf, sizeOf } from '../../../feed/topics/topic-reader.ts'
import type { ValueTopic } from '../../../feed/topics/topic-reader.ts'

/** A version before it is known what it changed. */
export interface FoundVersion extends Omit<HistoryVersion, 'changed'> {
  readonly kind: HistoryKind
  readonly id: number
  readonly cause: Cause
  readonly op: FeedRecord['op']
}

export interface TopicVersions {
  readonly topic: string
  /** To be awaited before the versions of these records are asked for. */
  prepare(records: readonly RawRecord[]): Promise<void>
  of(record: RawRecord): FoundVersion[]
}

type Fields = HistoryVersion['fields']

/** The versions that a topic of rows holds. */
export function rowVersions<V extends object>(
  kind: HistoryKind,
  station: Station,
  topic: ValueTopic<V>,
  registry: SchemaRegistry,
): TopicVersions {
  const values = new TopicReader(topic, registry)
  return {
    topic: topic.name,
    prepare: (records) => values.prepare(records),
    of: (record) => [{ ...versionOf(kind, station, record), ...contentOf(() => fieldsOf(values.read(record)), record) }],
  }
}

/** A record of change capture is two: the row in SQL as it then was, and the record itself. A tombstone is no change in SQL. */
export function rawVersions<V extends object>(
  kind: HistoryKind,
  topic: ValueTopic<RowChange<number, V> | null>,
  registry: SchemaRegistry,
): TopicVersions {
  const values = new TopicReader(topic, registry)
  return {
    topic: topic.name,
    prepare: (records) => values.prepare(records),
    of: (record) => {
      const envelope = envelopeOf(record)
      const raw = { ...versionOf(kind, 'raw', record), op: envelope.op }
      const unreadable = record.value !== null && envelope.payload === null ? (rawTexts().text(record) ?? '') : null
      const version = { ...raw, fields: envelope.after, unreadable }
      if (record.value === null) return [version]
      const sql = contentOf(() => rowOf(values.read(record)), record)
      return [{ ...raw, station: 'sql', topic: null, p: null, o: null, schemaId: null, ...sql }, version]
    },
  }
}

function versionOf(kind: HistoryKind, station: Station, record: RawRecord): Omit<FoundVersion, 'fields' | 'unreadable'> {
  const { topic, partition, offset, timestamp } = record
  const place = { station, topic, p: partition, o: offset, ts: timestamp, bytes: sizeOf(record), schemaId: schemaIdOf(record) }
  return { kind, id: Number(keyText(record)), cause: causeOf(record), op: opOf(record), ...place }
}

function contentOf(read: () => Fields, record: RawRecord): Pick<FoundVersion, 'fields' | 'unreadable'> {
  try {
    return { fields: read(), unreadable: null }
  } catch (error) {
    if (!(error instanceof StreamsError)) throw error
    return { fields: null, unreadable: rawTexts().text(record) }
  }
}

function rowOf<V extends object>(change: RowChange<number, V> | null): Fields {
  return change?.kind === 'upsert' ? fieldsOf(change.row) : null
}

const times = ['createdAt', 'lastUpdatedAt']

/** Times as text, as everywhere on the page. */
function fieldsOf(value: object | null): Fields {
  if (value === null) return null
  const entries = Object.entries(value).map(([name, field]) =>
    times.includes(name) && typeof field === 'number' ? [name, new Date(field).toISOString()] : [name, field],
  )
  return Object.fromEntries(entries) as Fields
}

interface Envelope {
  readonly payload: object | null
  readonly op: FeedRecord['op']
  readonly after: Fields
}

/** The columns as they are in the topic: amounts in Connect's form, for example. */
function envelopeOf({ value }: RawRecord): Envelope {
  const found = value === null ? null : parsed(Buffer.from(value).toString())
  const payload = isObject(found) && isObject(found['payload']) ? found['payload'] : found
  if (!isObject(payload) || typeof payload['op'] !== 'string') return { payload: null, op: null, after: null }
  const { op, after } = payload
  return { payload, op: op as FeedRecord['op'], after: isObject(after) ? after : null }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
