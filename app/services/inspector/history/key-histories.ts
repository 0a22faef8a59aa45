import type { Cluster, RawRecord, SchemaRegistry } from 'millrace'
import { enriched, rawTransfers, rawUsers, transfers, users } from '../../../../examples/transfer-pipeline/topics.ts'
import { withAdmin } from '../../../adapters/kafka/with-admin.ts'
import type { HistoryKind, KeyHistory } from '../../../contracts/history.ts'
import { sinkGroup } from '../../../sink/sink-config.ts'
import { changesOf } from './history-changes.ts'
import { scanKeys } from './key-scan.ts'
import type { Scanned, Wanted } from './key-scan.ts'
import { nullReasons } from './null-reasons.ts'
import { rawVersions, rowVersions } from './version-reader.ts'
import type { FoundVersion, TopicVersions } from './version-reader.ts'

const nothing: Scanned = { records: [], read: 0, of: 0, ms: 0 }

/** Finds all versions of a row that the topics still hold. Nothing is kept: each question reads the partitions of its key. */
export class KeyHistories {
  readonly #cluster: Cluster
  readonly #topics: ReadonlyMap<string, TopicVersions>

  constructor(cluster: Cluster, registry: SchemaRegistry) {
    this.#cluster = cluster
    const readers = [
      rawVersions('users', rawUsers, registry),
      rowVersions('users', 'ingestion', users, registry),
      rawVersions('transfers', rawTransfers, registry),
      rowVersions('transfers', 'ingestion', transfers, registry),
      rowVersions('transfers', 'enriched', enriched, registry),
    ]
    this.#topics = new Map(readers.map((reader) => [reader.topic, reader]))
  }

  async read(kind: HistoryKind, id: number, withinMs: number): Promise<KeyHistory> {
    const signal = AbortSignal.timeout(withinMs)
    const own = await scanKeys(this.#cluster, wantedOf(kind, id), signal)
    const versions = await this.#versions(own.records)
    const joined = versions.filter(({ station }) => station === 'enriched')
    const theirs = joined.length === 0 ? nothing : await scanKeys(this.#cluster, [ofUsers(joined)], signal)
    const others = await this.#versions(theirs.records)
    const documents = await this.#documents(joined)
    const scan = { read: own.read + theirs.read, of: own.of + theirs.of, ms: own.ms + theirs.ms }
    const changes = changesOf(kind, id, [...versions, ...documents, ...others])
    return { kind, id, changes, reasons: nullReasons(joined, others), scan }
  }

  async #versions(records: readonly RawRecord[]): Promise<FoundVersion[]> {
    const byTopic = Map.groupBy(records, ({ topic }) => topic)
    await Promise.all([...byTopic].map(([topic, ofTopic]) => this.#topics.get(topic)!.prepare(ofTopic)))
    return records.flatMap((record) => this.#topics.get(record.topic)!.of(record))
  }

  /** An enriched version has become a document when the sink has committed its offset. */
  async #documents(joined: readonly FoundVersion[]): Promise<FoundVersion[]> {
    const partitions = [...new Set(joined.map(({ p }) => p!))].map((partition) => ({ topic: enriched.name, partition }))
    const committed = await withAdmin(this.#cluster, 'inspector-key', (admin) =>
      admin.committedOffsets(sinkGroup, partitions, 'any'),
    )
    const nextOf = new Map(committed.map(({ partition, offset }) => [partition, offset]))
    return joined
      .filter(({ p, o }) => o! < (nextOf.get(p!) ?? 0))
      .map((version) => ({ ...version, station: 'document', topic: null, p: null, o: null, schemaId: null }))
  }
}

function wantedOf(kind: HistoryKind, id: number): Wanted[] {
  const ids = [String(id)]
  if (kind === 'users')
    return [
      { topic: rawUsers.name, ids, keys: 'connect' },
      { topic: users.name, ids, keys: 'text' },
    ]
  return [
    { topic: rawTransfers.name, ids, keys: 'connect' },
    { topic: transfers.name, ids, keys: 'text' },
    { topic: enriched.name, ids, keys: 'text' },
  ]
}

/** The users that any version of a transfer names. */
function ofUsers(joined: readonly FoundVersion[]): Wanted {
  const ids = joined.flatMap(({ fields }) => [fields?.['fromUserId'], fields?.['toUserId']]).filter((id) => id !== undefined)
  return { topic: users.name, ids: [...new Set(ids.map(String))], keys: 'text' }
}
