import { createHash } from 'node:crypto'
import type { Cluster } from 'millrace'
import { withAdmin } from '../../adapters/kafka/with-admin.ts'
import type { FeedTopic, Positions } from '../vector.ts'

const clientId = 'inspector-admin'

/** A topic as a cluster describes it; not every cluster says an id. */
interface Described {
  readonly name: string
  readonly topicId?: string | undefined
  readonly partitions: readonly unknown[]
}

/**
 * The topics of the feed with their ids. Where the cluster says none, an id is made of the topic's name and of `clusterIdentity`, which is
 * another one for another cluster or directory.
 */
export async function describeTopics(cluster: Cluster, names: readonly string[], clusterIdentity: string): Promise<FeedTopic[]> {
  return withAdmin(cluster, clientId, async (admin) => {
    const found: readonly Described[] = await admin.metadata(names)
    const missing = names.find((name) => !found.some((topic) => topic.name === name))
    if (missing !== undefined) throw new Error(`There is no topic ${missing}: create the topics of the manifest first.`)
    return names.map((name) => {
      const { topicId, partitions } = found.find((topic) => topic.name === name)!
      return { name, id: topicId ?? madeId(clusterIdentity, name), partitions: partitions.length }
    })
  })
}

/** The first offset that each partition still has. Dead letters are kept for a while only. */
export function startsOf(cluster: Cluster, topics: readonly FeedTopic[]): Promise<Positions> {
  return positionsAt('earliest', cluster, topics)
}

/** The end of each partition that `read_committed` reads up to. */
export function endsOf(cluster: Cluster, topics: readonly FeedTopic[]): Promise<Positions> {
  return positionsAt('latest-stable', cluster, topics)
}

function positionsAt(at: 'earliest' | 'latest-stable', cluster: Cluster, topics: readonly FeedTopic[]): Promise<Positions> {
  return withAdmin(cluster, clientId, async (admin) => {
    const all = topics.flatMap(({ name, partitions }) =>
      Array.from({ length: partitions }, (_, partition) => ({ topic: name, partition })),
    )
    const found = await admin.listOffsets(all, at)
    const offsetOf = (topic: string, p: number): number =>
      found.find((one) => one.topic === topic && one.partition === p)?.offset ?? 0
    return new Map(topics.map(({ name, partitions }) => [name, Array.from({ length: partitions }, (_, p) => offsetOf(name, p))]))
  })
}

/** 128 bits in base64url, as Kafka writes topic ids. */
function madeId(identity: string, name: string): string {
  return createHash('sha256').update(`${identity}\n${name}`).digest().subarray(0, 16).toString('base64url')
}
