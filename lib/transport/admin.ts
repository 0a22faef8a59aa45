import type { TopicPartition } from '../model/topic-partition.ts'
import type { OffsetCommit } from './group-coordinator.ts'

export interface PartitionMetadata {
  readonly partition: number
  /** Broker id; −1 while there is no leader. */
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
  /** −1: the broker's default. Default −1. */
  readonly replicationFactor?: number
  /** Kafka's topic configuration keys. */
  readonly config?: Readonly<Record<string, string>>
}

/** `earliest`, `latest` (high watermark), `latest-stable` (last stable offset), or the first offset at or after a time in ms. */
export type OffsetSpec = 'earliest' | 'latest' | 'latest-stable' | { readonly timestampMs: number }

export interface PartitionOffset extends TopicPartition {
  readonly offset: number
}

/** Rejections are `TransportError`s whose code names Kafka's error, e.g. `TRANSPORT_UNKNOWN_TOPIC_OR_PARTITION`. */
export interface Admin {
  /** All topics where none are named. A topic that is not there is missing from the answer. */
  metadata(topics?: readonly string[]): Promise<readonly TopicMetadata[]>
  /** Resolves when the topics can be used. Rejects with `TRANSPORT_TOPIC_ALREADY_EXISTS` if one exists. */
  createTopics(topics: readonly NewTopic[]): Promise<void>
  deleteTopics(names: readonly string[]): Promise<void>
  createPartitions(topic: string, count: number): Promise<void>
  /** The configuration in force, defaults included. */
  describeTopicConfig(topic: string): Promise<Readonly<Record<string, string>>>
  /** Moves the start of the partitions forward: records before `offset` are gone. */
  deleteRecords(before: readonly PartitionOffset[]): Promise<void>
  /** A partition that has no such offset (no record at or after the time) answers its end. */
  listOffsets(partitions: readonly TopicPartition[], spec: OffsetSpec): Promise<readonly PartitionOffset[]>
  /**
   * What the group has committed; partitions without a commit are missing. `stable` waits out open transactions
   * (`requireStable`, KIP-447).
   */
  committedOffsets(
    groupId: string,
    partitions: readonly TopicPartition[],
    read: 'stable' | 'any',
  ): Promise<readonly OffsetCommit[]>
  deleteGroup(groupId: string): Promise<void>
  close(): Promise<void>
}
