import type { TopicPartition } from '../model/topic-partition.ts'
import type { OffsetCommit } from './group-coordinator.ts'

/** A partition and its leader. */
export interface PartitionMetadata {
  /** Number of the partition, from 0. */
  readonly partition: number
  /** Id of the broker that leads the partition. −1 while none does. */
  readonly leader: number
  /** The number of the leader's term: it grows with each change of the leader (KIP-101). */
  readonly leaderEpoch: number
}

/** A topic with its partitions. */
export interface TopicMetadata {
  /** Name of the topic. */
  readonly name: string
  /**
   * The UUID of the topic, in base64url as Kafka prints it. A topic that is deleted and created again has another one (KIP-516).
   * Null if the broker gives none: those before Kafka 2.8.
   */
  readonly id: string | null
  /** All partitions, in order of their numbers. */
  readonly partitions: readonly PartitionMetadata[]
}

/** A topic to create. */
export interface NewTopic {
  /** Name of the topic. */
  readonly name: string
  /** Number of partitions, at least 1. */
  readonly partitions: number
  /** The number of replicas. Default −1: the broker's configuration decides. */
  readonly replicationFactor?: number | undefined
  /** The topic's configuration, by Kafka's keys. Default: the broker's. */
  readonly config?: Readonly<Record<string, string>> | undefined
}

/**
 * Which offset to list: `earliest`, `latest` (high watermark), `latest-stable` (last stable offset), or the first at or after a
 * time.
 */
export type OffsetSpec = 'earliest' | 'latest' | 'latest-stable' | { readonly timestampMs: number }

/** An offset in a partition. */
export interface PartitionOffset extends TopicPartition {
  /** Offset of a record, or of the end. */
  readonly offset: number
}

/**
 * Administrates topics, offsets and groups. Its promises reject with `TransportError`s whose code names Kafka's error, e.g.
 * `TRANSPORT_UNKNOWN_TOPIC_OR_PARTITION`.
 */
export interface Admin {
  /** Describes the named topics; without names, all topics. The answer leaves out topics that do not exist. */
  metadata(topics?: readonly string[]): Promise<readonly TopicMetadata[]>
  /** Creates topics. Resolves when they can be used. Rejects with `TRANSPORT_TOPIC_ALREADY_EXISTS` if one exists. */
  createTopics(topics: readonly NewTopic[]): Promise<void>
  /** Deletes topics with their records. Rejects with `TRANSPORT_UNKNOWN_TOPIC_OR_PARTITION` if one does not exist. */
  deleteTopics(names: readonly string[]): Promise<void>
  /**
   * Adds partitions, so that the topic has `count` of them. Resolves when they can be used. Rejects if it has that many already.
   */
  createPartitions(topic: string, count: number): Promise<void>
  /** Returns the topic's configuration, including the broker's defaults. */
  describeTopicConfig(topic: string): Promise<Readonly<Record<string, string>>>
  /**
   * Changes keys of the topic's configuration (KIP-339); null sets a key back to the broker's default. All other keys stay. Rejects
   * with `TRANSPORT_INVALID_CONFIG`, and then changes nothing. For a moment a broker may still tell the former configuration.
   */
  alterTopicConfig(topic: string, changes: Readonly<Record<string, string | null>>): Promise<void>
  /** Deletes the records before `offset`, so that the partition's log begins there. */
  deleteRecords(before: readonly PartitionOffset[]): Promise<void>
  /** Lists one offset per partition. For a time after the last record, it is the end of the partition. */
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
  /**
   * Deletes a group with its committed offsets. Rejects with `TRANSPORT_NON_EMPTY_GROUP` while it has members, and with
   * `TRANSPORT_GROUP_ID_NOT_FOUND` if there is no such group.
   */
  deleteGroup(groupId: string): Promise<void>
  /** Ends the connections. Calls under way reject. Idempotent. */
  close(): Promise<void>
}
