import { setTimeout as delay } from 'node:timers/promises'
import { TransportError } from 'millrace'
import type { Admin, Cluster } from 'millrace'
import type { FetchPosition } from 'millrace/transport'
import type { DocumentStore } from '../../sink/document-store.ts'
import { tailTopics } from './topic-tail.ts'
import { withAdmin } from './with-admin.ts'

interface SinkTopic {
  readonly cluster: Cluster
  readonly topic: string
  readonly groupId: string
}

/**
 * Brings store and group together before the sink starts. The store's documents may be of another topic: then they go. The group may
 * have committed what the store does not have, because its file is lost: then the group begins anew, and the store skips what it has.
 */
export async function reconcile(
  store: DocumentStore,
  sink: SinkTopic,
): Promise<'as they were' | 'documents removed' | 'group reset'> {
  return withAdmin(sink.cluster, 'sink-admin', async (admin) => {
    const outcome = await store.begin(await endsOf(sink.topic, admin))
    const positions = await store.positions()
    if (!(await isBehind(positions, admin, sink))) return outcome === 'removed' ? 'documents removed' : 'as they were'
    await deleteGroup(admin, sink.groupId)
    return 'group reset'
  })
}

async function endsOf(topic: string, admin: Admin): Promise<ReadonlyMap<number, number>> {
  const ends = await admin.listOffsets(await partitionsOf(topic, admin), 'latest')
  return new Map(ends.map(({ partition, offset }) => [partition, offset]))
}

async function partitionsOf(topic: string, admin: Admin) {
  const [metadata] = await admin.metadata([topic])
  if (metadata === undefined) throw new Error(`There is no topic ${topic}: create the topics of the manifest first.`)
  return metadata.partitions.map(({ partition }) => ({ topic, partition }))
}

/** Whether a record is left between the documents and the commit. Those that were deleted, compacted away or aborted are not missed. */
async function isBehind(
  positions: ReadonlyMap<number, number>,
  admin: Admin,
  { cluster, topic, groupId }: SinkTopic,
): Promise<boolean> {
  const partitions = await partitionsOf(topic, admin)
  const starts = new Map((await admin.listOffsets(partitions, 'earliest')).map(({ partition, offset }) => [partition, offset]))
  const committed = await admin.committedOffsets(groupId, partitions, 'any')
  const from = committed.map((place) => ({
    ...place,
    offset: Math.max(positions.get(place.partition) ?? 0, starts.get(place.partition) ?? 0),
  }))
  return hasRecords(cluster, from, committed)
}

/** Markers of transactions are offsets without a record. */
async function hasRecords(cluster: Cluster, from: readonly FetchPosition[], until: readonly FetchPosition[]): Promise<boolean> {
  const { signal } = new AbortController()
  for await (const parts of tailTopics(cluster, { clientId: 'sink-admin', from, until, signal }))
    if (parts.some(({ records }) => records.length > 0)) return true
  return false
}

/** A member that was killed belongs to its group until its session ends. */
async function deleteGroup(admin: Admin, groupId: string): Promise<void> {
  const endMs = performance.now() + 60_000
  for (;;)
    try {
      return await admin.deleteGroup(groupId)
    } catch (error) {
      const isTaken = error instanceof TransportError && error.code === 'TRANSPORT_NON_EMPTY_GROUP'
      if (!isTaken || performance.now() > endMs) throw error
      await delay(500)
    }
}
