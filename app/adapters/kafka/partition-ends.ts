import type { Cluster, RawRecord } from 'millrace'
import type { FetchPosition } from 'millrace/transport'
import { OffsetGoneError, tailTopics } from './topic-tail.ts'
import { withAdmin } from './with-admin.ts'

const clientId = 'partition-ends'

/** The first offset that each partition still has. */
export const startsOf = (cluster: Cluster, topics: readonly string[]): Promise<readonly FetchPosition[]> =>
  positionsAt('earliest', cluster, topics)

/** The end of each partition that `read_committed` reads up to. */
export const endsOf = (cluster: Cluster, topics: readonly string[]): Promise<readonly FetchPosition[]> =>
  positionsAt('latest-stable', cluster, topics)

function positionsAt(
  at: 'earliest' | 'latest-stable',
  cluster: Cluster,
  topics: readonly string[],
): Promise<readonly FetchPosition[]> {
  return withAdmin(cluster, clientId, async (admin) => {
    const found = await admin.metadata(topics)
    const missing = topics.find((name) => !found.some((topic) => topic.name === name))
    if (missing !== undefined) throw new Error(`There is no topic ${missing}: create the topics of the manifest first.`)
    const all = found.flatMap(({ name, partitions }) => partitions.map((_, partition) => ({ topic: name, partition })))
    const offsets = await admin.listOffsets(all, at)
    return offsets.map(({ topic, partition, offset }) => ({ topic, partition, offset: offset ?? 0 }))
  })
}

/** The record at a place; undefined where there is none any more. */
export async function fetchOne(cluster: Cluster, from: FetchPosition): Promise<RawRecord | undefined> {
  const until = [{ ...from, offset: from.offset + 1 }]
  const { signal } = new AbortController()
  try {
    for await (const parts of tailTopics(cluster, { clientId, from: [from], until, signal })) return parts[0]?.records[0]
    return undefined
  } catch (error) {
    if (error instanceof OffsetGoneError) return undefined
    throw error
  }
}
