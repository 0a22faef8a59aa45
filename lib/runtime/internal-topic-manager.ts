import type { TopologyPlan } from '../topology/topology-plan.ts'
import type { Admin } from '../transport/admin.ts'

export interface InternalTopicOptions {
  /** −1: the broker's default. Java: `replication.factor`. */
  readonly replicationFactor: number
  /** Kafka topic configuration for all internal topics, over the library's defaults and below a store's own. Java: `topic.*`. */
  readonly topicConfig: Readonly<Record<string, string>>
  /** How much longer changelogs of window stores keep their records. Java: `windowstore.changelog.additional.retention.ms`, a day. */
  readonly windowStoreChangelogAdditionalRetentionMs: number
}

/**
 * Makes sure that the internal topics of a topology are there, and as they must be (Java: `InternalTopicManager`). Answers the
 * partition counts of all topics that the topology reads, writes as repartition topic, or keeps as changelog: what
 * `groupPartitions` wants. Safe to run in several instances at once.
 *
 * Throws
 * - `StreamsError` `STREAMS_MISSING_SOURCE_TOPIC`: a source topic does not exist (facts: topics);
 * - `TopologyError` `STREAMS_NOT_COPARTITIONED`: topics that are joined have not equally many partitions (facts: partitions by topic);
 * - `StreamsError` `STREAMS_INTERNAL_TOPIC_MISMATCH`: an internal topic exists with another number of partitions;
 * - `TransportError`s of the admin.
 */
export function prepareInternalTopics(
  _plan: TopologyPlan,
  _admin: Admin,
  _options: InternalTopicOptions,
): Promise<ReadonlyMap<string, number>> {
  throw new Error('The body follows.')
}
