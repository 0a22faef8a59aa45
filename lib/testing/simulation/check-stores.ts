import { latin1 } from '../../model/bytes.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import { partitionKey } from '../../model/topic-partition.ts'
import { readPosition } from '../../runtime/restore/store-positions.ts'
import { changelogTopicOf } from '../../topology/changelog-topic.ts'
import type { TopologyPlan } from '../../topology/topology-plan.ts'
import type { EmbeddedBroker } from '../../transport/embedded/embedded-broker.ts'
import { committedRecords } from './committed-records.ts'
import type { Observer } from './observer.ts'
import type { SimulatedDisk } from './simulated-disk.ts'

/** A store of a task on a disk. */
interface StoredStore {
  readonly disk: SimulatedDisk
  readonly environment: string
  readonly store: string
  readonly changelog: TopicPartition
  readonly isSource: boolean
}

/**
 * The positions on a disk beyond the end of their changelog: for a source topic, that is the greatest offset that was committed.
 */
export function positionsAhead(
  disk: SimulatedDisk,
  plan: TopologyPlan,
  broker: EmbeddedBroker,
  observer: Pick<Observer, 'highestCommit'>,
): readonly string[] {
  return storesOn(disk, plan).flatMap((stored) => {
    const { environment, store, changelog, isSource } = stored
    const at = positionOf(stored) ?? 0
    const end = isSource
      ? observer.highestCommit(changelog, broker.topics.topic(changelog.topic).id)
      : broker.topics.partition(changelog).highWatermark
    return at > end ? [`${environment} has ${store} at position ${at} of ${partitionKey(changelog)}, behind its end ${end}`] : []
  })
}

/**
 * The key-value stores on a disk whose rows are not the fold of their changelog up to the stored position. Compaction may have removed
 * a record before the position, if a newer one of its key is behind it.
 */
export function wrongStores(disk: SimulatedDisk, plan: TopologyPlan, broker: EmbeddedBroker): readonly string[] {
  return storesOn(disk, plan).flatMap((stored) => {
    const at = positionOf(stored)
    return at === undefined || stored.isSource ? [] : wrongRows(stored, at, broker)
  })
}

function storesOn(disk: SimulatedDisk, { applicationId, subtopologies }: TopologyPlan): readonly StoredStore[] {
  return disk.names().flatMap((environment) => {
    const [subtopology, partition] = environment
      .slice(applicationId.length + 1)
      .split('_')
      .map(Number)
    const stores = subtopologies.find(({ id, kind }) => id === subtopology && kind === 'regular')?.stores ?? []
    return stores.flatMap(({ spec, changelog, kind }) => {
      const topic = changelogTopicOf({ changelog })
      if (topic === undefined || kind.view !== 'key-value') return []
      const isSource = changelog?.kind === 'source'
      return [{ disk, environment, store: spec.name, changelog: { topic, partition: partition! }, isSource }]
    })
  })
}

function positionOf({ disk, environment, changelog }: StoredStore): number | undefined {
  return readPosition({ table: (name) => disk.table(environment, name) }, changelog)?.offset
}

function wrongRows(
  { disk, environment, store, changelog }: StoredStore,
  position: number,
  broker: EmbeddedBroker,
): readonly string[] {
  const rows = new Map([...disk.table(environment, store).iterate({})].map(({ key, value }) => [latin1(key), Buffer.from(value)]))
  const before = new Map<string, Buffer | null>()
  const behind = new Set<string>()
  for (const { batch, index, offset } of committedRecords(broker, changelog)) {
    const key = latin1(batch.key(index) ?? new Uint8Array(0))
    const value = batch.value(index)
    if (offset < position) before.set(key, value === null ? null : Buffer.from(value))
    else behind.add(key)
  }
  const keys = [...new Set([...rows.keys(), ...before.keys()])].filter((key) => before.has(key) || !behind.has(key))
  const wrong = keys.filter((key) => !isSame(rows.get(key), before.get(key) ?? null))
  if (wrong.length === 0) return []
  const names = wrong.slice(0, 3).map((key) => JSON.stringify(key))
  return [`${environment}: ${wrong.length} rows of ${store} are not those of its changelog at ${position}: ${names.join(', ')}`]
}

/** Rows of timestamped stores have 8 bytes before the value. */
function isSame(row: Buffer | undefined, value: Buffer | null): boolean {
  if (row === undefined || value === null) return row === undefined && value === null
  return row.equals(value) || row.subarray(8).equals(value)
}
