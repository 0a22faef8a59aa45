import { TransportError } from '../../model/errors.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import { partitionKey } from '../../model/topic-partition.ts'
import type { Admin } from '../../transport/admin.ts'
import type { Logger } from '../logger.ts'
import type { StorePosition } from './store-positions.ts'

/** What the broker says of a changelog. */
export interface ChangelogTopic {
  /** Undefined if the broker gives topics no ids. */
  readonly id: string | undefined
  /** How long a deletion stays in the changelog at least. Infinity if nothing is compacted. */
  readonly deleteRetentionMs: number
}

/** A topic of which the broker says nothing. */
export const unknownTopic: ChangelogTopic = { id: undefined, deleteRetentionMs: Infinity }

/** Kafka's default of `delete.retention.ms`. */
const defaultDeleteRetentionMs = 86_400_000

/** Asks for the ids of these topics, and how long those that are `stored` keep deletions: state that begins now needs not know that. */
export async function describeChangelogs(
  topics: ReadonlySet<string>,
  stored: ReadonlySet<string>,
  admin: Pick<Admin, 'metadata' | 'describeTopicConfig'>,
  logger: Logger,
): Promise<ReadonlyMap<string, ChangelogTopic>> {
  const described = await admin.metadata([...topics])
  const entries = described.map(async ({ name, id }) => {
    const deleteRetentionMs = stored.has(name) ? await deleteRetention(name, admin, logger) : Infinity
    return [name, { id: id ?? undefined, deleteRetentionMs }] as const
  })
  return new Map(await Promise.all(entries))
}

/**
 * Says why stored rows cannot go on in their changelog. Undefined: they can.
 *
 * - The topic was deleted and made again: its offsets are others (KIP-516).
 * - The rows have not been part of the changelog for longer than it keeps deletions. A row may have been deleted meanwhile, and no
 *   record tells of it any more (KIP-1259).
 * - The state is of a release that did not write down how old it is.
 */
export function whyStale(
  partition: TopicPartition,
  { sinceMs, topicId }: StorePosition,
  { id, deleteRetentionMs }: ChangelogTopic,
  nowMs: number,
): string | undefined {
  const changelog = partitionKey(partition)
  if (topicId !== undefined && id !== undefined && topicId !== id)
    return `its changelog ${changelog} was deleted and made again since (topic id ${topicId}, now ${id})`
  if (deleteRetentionMs === Infinity) return undefined
  if (sinceMs === undefined) return 'it was stored by a release that did not write down when'
  const ageMs = nowMs - sinceMs
  if (ageMs <= deleteRetentionMs) return undefined
  return `it is ${ageMs} ms old, and its changelog ${changelog} keeps deletions for ${deleteRetentionMs} ms (delete.retention.ms)`
}

async function deleteRetention(topic: string, admin: Pick<Admin, 'describeTopicConfig'>, logger: Logger): Promise<number> {
  try {
    const config = await admin.describeTopicConfig(topic)
    if (config['cleanup.policy']?.includes('compact') === false) return Infinity
    return Number(config['delete.retention.ms'] ?? defaultDeleteRetentionMs)
  } catch (error) {
    if (!(error instanceof TransportError) || error.kind === 'retriable') throw error
    const message = `The configuration of the changelog ${topic} cannot be read, so it is taken to keep deletions for a day: ${error.message}`
    logger.warn(message, { topic, ...error.facts })
    return defaultDeleteRetentionMs
  }
}
