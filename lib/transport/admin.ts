import type { TopicPartition } from '../model/topic-partition.ts'
import type { OffsetCommit } from './group-coordinator.ts'

export interface PartitionMetadata {
  readonly partition: number
  /** Id of the broker that leads the partition. −1 while none does. */
  readonly leader: number
  readonly leaderEpoch: number
}

export interface TopicMetadata {
  readonly name: string
  readonly partitions: readonly PartitionMetadata[]
}

export interface NewTopic {
  readonly name: string
  readonly partitions: number
  /** Default −1: as many as the broker's configuration says. */
  readonly replicationFactor?: number | undefined
  /** Kafka's topic configuration keys. */
  readonly config?: Readonly<Record<string, string>> | undefined
}

/**
 * Which offset to list: `earliest`, `latest` (high watermark), `latest-stable` (last stable offset), or the first at or after a
 * time.
 */
export type OffsetSpec = 'earliest' | 'latest' | 'latest-stable' | { readonly timestampMs: number }

export interface PartitionOffset extends TopicPartition {
  readonly offset: number
}

/**
 * Administrates topics, offsets and groups. Its promises reject with `TransportError`s whose code names Kafka's error, e.g.
 * `TRANSPORT_UNKNOWN_TOPIC_OR_PARTITION`.
 */
export interface Admin {
  /** Describes the named topics; without names, all topics. The answer leaves out topics that do not exist. */
  metadata(topics?: readonly string[]): Promise<readonly TopicMetadata[]>
  /** Resolves when the topics can be used. Rejects with `TRANSPORT_TOPIC_ALREADY_EXISTS` if one exists. */
  createTopics(topics: readonly NewTopic[]): Promise<void>
  deleteTopics(names: readonly string[]): Promise<void>
  createPartitions(topic: string, count: number): Promise<void>
  /** The topic's configuration, the broker's defaults included. */
  describeTopicConfig(topic: string): Promise<Readonly<Record<string, string>>>
  /** Deletes the records before `offset`: the partition's log begins there. */
  deleteRecords(before: readonly PartitionOffset[]): Promise<void>
  /** For a time after the last record, the answer is the end of the partition. */
  listOffsets(partitions: readonly TopicPartition[], spec: OffsetSpec): Promise<readonly PartitionOffset[]>
  /**
   * Returns the offsets that the group has committed. The answer leaves out partitions without a commit. With `stable` the call
   * waits until no transaction has offsets pending (`requireStable`, KIP-447).
   */
  committedOffsets(
    groupId: string,
    partitions: readonly TopicPartition[],
    read: 'stable' | 'any',
  ): Promise<readonly OffsetCommit[]>
  deleteGroup(groupId: string): Promise<void>
  close(): Promise<void>
}
