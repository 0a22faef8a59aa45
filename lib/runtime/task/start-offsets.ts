import type { Clock } from '../../clock/clock.ts'
import { StreamsError } from '../../model/errors.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import { partitionKey } from '../../model/topic-partition.ts'
import type { OffsetReset, Subtopology } from '../../topology/topology-plan.ts'
import type { Admin } from '../../transport/admin.ts'
import type { OffsetCommit } from '../../transport/group-coordinator.ts'
import type { Logger } from '../logger.ts'
import type { KnownTopics } from '../../transport/topics/known-topics.ts'
import { inputTopics } from '../topics/partition-counts.ts'
import { decodeCommittedMetadata } from './partition-metadata.ts'

/**
 * The offsets where reading begins in partitions without a committed offset, or whose offset the broker no longer has. The reset
 * policy of the source decides, else `fallback`. Repartition topics are always read from their start: upstream the offsets of their
 * records are committed, so that nobody writes these records again. Throws a `StreamsError` (`STREAMS_NO_OFFSET`) if the policy is
 * `none`.
 */
export async function resetOffsets(
  partitions: readonly TopicPartition[],
  subtopology: Subtopology,
  fallback: OffsetReset,
  admin: Pick<Admin, 'listOffsets'>,
  clock: Pick<Clock, 'now'>,
): Promise<ReadonlyMap<string, number>> {
  const offsets = new Map<string, number>()
  const now = clock.now()
  for (const [reset, mine] of Map.groupBy(partitions, ({ topic }) => resetOf(topic, subtopology, fallback))) {
    if (reset === 'none') throw noOffset(mine)
    const spec = typeof reset === 'string' ? reset : { timestampMs: now - reset.byDurationMs }
    for (const each of await admin.listOffsets(mine, spec)) offsets.set(partitionKey(each), each.offset)
  }
  return offsets
}

/** False for an offset of another topic that had the name before: it says nothing of the topic of now. */
export function isOffsetOf(topics: KnownTopics, { topic, partition, offset, metadata }: OffsetCommit, logger: Logger): boolean {
  const { topicId } = decodeCommittedMetadata(metadata)
  const id = topics.get(topic)?.id ?? undefined
  if (topicId === undefined || id === undefined || topicId === id) return true
  const message =
    `Offset ${offset} of ${topic}-${partition}, which the group has committed, is not used: the topic was deleted and created again since ` +
    `(topic id ${topicId}, now ${id}). Reading begins by the reset policy.`
  logger.warn(message, { topic, partition, offset, topicId: id })
  return false
}

/** The reset policy of a topic. */
export function resetOf(topic: string, { nodes, repartitionTopics }: Subtopology, fallback: OffsetReset): OffsetReset {
  if (repartitionTopics.some(({ name }) => name === topic)) return 'earliest'
  const reads = nodes.find(
    (node) => node.kind === 'source' && inputTopics({ sourceTopics: node.topics, nodes: [node] }, [topic]).length > 0,
  )
  return (reads?.kind === 'source' ? reads.offsetReset : undefined) ?? fallback
}

function noOffset(partitions: readonly TopicPartition[]): StreamsError {
  const list = partitions.map(partitionKey).join(', ')
  const message = `The group has no valid offset for ${list}, and offsetReset is none: commit offsets for it, or set another reset.`
  return new StreamsError('STREAMS_NO_OFFSET', message, { facts: { partitions: list } })
}
