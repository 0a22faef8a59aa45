import type { TopicPartition } from '../../model/topic-partition.ts'
import type { Admin, OffsetSpec } from '../admin.ts'
import type { KnownTopics } from '../topics/known-topics.ts'
import type { Position } from './position-source.ts'

export interface FirstPositionsOptions {
  readonly admin: Pick<Admin, 'listOffsets'>
  /** The start in partitions that the reader finds when it begins. */
  readonly from: OffsetSpec
  /** The topics that the reader has known until now. Null: it begins. */
  readonly before: KnownTopics | null
  /** The topics as they are now. */
  readonly now: KnownTopics
}

/**
 * Where the reading of partitions without a committed offset begins. A partition that has come while the reader ran has nothing but
 * news for it, so that `latest` would lose what was written before the reader saw the partition.
 */
export async function firstPositions(
  partitions: readonly TopicPartition[],
  { admin, from, before, now }: FirstPositionsOptions,
): Promise<readonly Position[]> {
  const isNews = (partition: TopicPartition): boolean => hasCome(partition, before, now)
  const fromOfNews = from === 'latest' || from === 'latest-stable' ? 'earliest' : from
  const listed = await Promise.all([
    offsetsOf(partitions.filter(isNews), admin, fromOfNews),
    offsetsOf(
      partitions.filter((partition) => !isNews(partition)),
      admin,
      from,
    ),
  ])
  return listed.flat().map(({ topic, partition, offset }) => {
    return { topic, partition, offset, leaderEpoch: -1, topicId: now.get(topic)?.id ?? undefined }
  })
}

function hasCome({ topic, partition }: TopicPartition, before: KnownTopics | null, now: KnownTopics): boolean {
  if (before === null) return false
  const [was, is] = [before.get(topic), now.get(topic)]
  return was === undefined || was.id !== is?.id || partition >= was.partitions
}

async function offsetsOf(partitions: readonly TopicPartition[], admin: Pick<Admin, 'listOffsets'>, spec: OffsetSpec) {
  return partitions.length === 0 ? [] : admin.listOffsets(partitions, spec)
}
