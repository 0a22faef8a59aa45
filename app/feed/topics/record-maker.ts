import { SerializationError } from 'millrace'
import type { RawRecord, SchemaRegistry } from 'millrace'
import type { TailPart } from '../../adapters/kafka/topic-tail.ts'
import type { FeedKind, FeedRecord, TransferRecord } from '../../contracts/feed.ts'
import type { SeenPart } from './batch-gatherer.ts'
import { causeOf, opOf } from './cause.ts'
import { Parties } from './parties.ts'
import type { ValueTopic } from './topic-reader.ts'
import { TopicReader, keyText, schemaIdOf, sizeOf } from './topic-reader.ts'

/** A topic whose records are in the feed, and how its values become rows. */
export interface FeedSource {
  readonly kind: FeedKind
  readonly name: string
  reader(schemaRegistry: SchemaRegistry): RowReader
}

interface RowReader {
  prepare(records: readonly RawRecord[]): Promise<void>
  row(record: RawRecord): unknown
}

/** `toRow` turns a value, and the record that it is in, into the row of the contract. */
export function feedSource<V>(kind: FeedKind, topic: ValueTopic<V>, toRow: (value: V, record: RawRecord) => unknown): FeedSource {
  return {
    kind,
    name: topic.name,
    reader(schemaRegistry) {
      const values = new TopicReader(topic, schemaRegistry)
      const row = (record: RawRecord): unknown => {
        const value = values.read(record)
        return value === null ? null : toRow(value, record)
      }
      return { prepare: (records) => values.prepare(records), row }
    },
  }
}

/** Makes the records of the feed from those of its topics. */
export class RecordMaker {
  readonly #sources: ReadonlyMap<string, FeedSource & { readonly rows: RowReader }>
  readonly #parties = new Parties()

  constructor(sources: readonly FeedSource[], schemaRegistry: SchemaRegistry) {
    this.#sources = new Map(sources.map((source) => [source.name, { ...source, rows: source.reader(schemaRegistry) }]))
  }

  has(topic: string): boolean {
    return this.#sources.has(topic)
  }

  /** The parts of one fetch, with the records of the feed in the place of the topics' records. All were seen at the same instant. */
  makeParts(parts: readonly TailPart[], seen: number): Promise<SeenPart[]> {
    return Promise.all(parts.map(async (part) => ({ ...part, records: await this.#make(part.topic, part.records, seen) })))
  }

  async #make(topic: string, records: readonly RawRecord[], seen: number): Promise<FeedRecord[]> {
    const source = this.#sources.get(topic)
    if (source === undefined) return []
    await source.rows.prepare(records)
    return records.flatMap((record) => {
      const value = rowOf(source.rows, record)
      if (value === unreadable) return []
      const { partition, offset, timestamp } = record
      const made = {
        kind: source.kind,
        topic,
        p: partition,
        o: offset,
        key: keyText(record),
        op: opOf(record),
        cause: causeOf(record),
        ts: timestamp,
        seen,
        bytes: sizeOf(record),
        schemaId: schemaIdOf(record),
        value,
      }
      // The source of a kind makes rows of that kind.
      return this.#withParties(made as FeedRecord)
    })
  }

  #withParties(record: FeedRecord): FeedRecord {
    if (record.kind !== 'transfer' || record.key === null) return record
    const was = this.#parties.note(record.key, record.o, usersOf(record))
    return was === undefined ? record : { ...record, was }
  }
}

/** A record of somebody else that is none of its topic's: its offset is a hole in the feed. */
const unreadable = Symbol('unreadable')

function rowOf(rows: RowReader, record: RawRecord): unknown {
  try {
    return rows.row(record)
  } catch (error) {
    if (error instanceof SerializationError) return unreadable
    throw error
  }
}

function usersOf({ value }: TransferRecord): readonly [number, number] | null {
  return value === null ? null : [value.fromUserId, value.toUserId]
}
