import type { TopicPartition } from '../../../model/topic-partition.ts'
import type { GroupIdentity, OffsetCommit } from '../../group-coordinator.ts'
import { listOffsets } from './apis/list-offsets.ts'
import { offsetCommit } from './apis/offset-commit.ts'
import { offsetFetch } from './apis/offset-fetch.ts'
import { byTopic, kafkaRequest } from './request.ts'
import type { KafkaRequest } from './request.ts'

export interface PartitionError extends TopicPartition {
  readonly errorCode: number
}

/** Offsets in the form that commits have, also those in transactions. */
export const committedTopics = (offsets: readonly OffsetCommit[]) =>
  byTopic(offsets).map(({ topic, partitions }) => ({
    name: topic,
    partitions: partitions.map(({ partition, offset, leaderEpoch, metadata }) => ({
      partitionIndex: partition,
      committedOffset: offset,
      committedLeaderEpoch: leaderEpoch,
      committedMetadata: metadata,
    })),
  }))

interface CommittedTopic {
  readonly name: string
  readonly partitions: readonly { readonly partitionIndex: number; readonly errorCode: number }[]
}

/** The answer to such a commit. */
export function partitionErrors(topics: readonly CommittedTopic[]): readonly PartitionError[] {
  return topics.flatMap(({ name: topic, partitions }) =>
    partitions.map(({ partitionIndex: partition, errorCode }) => ({ topic, partition, errorCode })),
  )
}

/** From version 7 on, a commit has an instance id. From version 10 on, it has topic ids, which positions do not have. */
export function offsetCommitRequest(
  identity: GroupIdentity,
  offsets: readonly OffsetCommit[],
): KafkaRequest<readonly PartitionError[]> {
  const { groupId, generationId, memberId, groupInstanceId } = identity
  return kafkaRequest(offsetCommit, {
    minVersion: 7,
    maxVersion: 9,
    lane: 'commit',
    body: {
      groupId,
      generationIdOrMemberEpoch: generationId,
      memberId,
      groupInstanceId,
      topics: committedTopics(offsets),
    },
    read: ({ topics }) => partitionErrors(topics),
  })
}

export interface OffsetFetchResponse {
  readonly errorCode: number
  readonly offsets: readonly (OffsetCommit & PartitionError)[]
}

/** Version 7 is the first with `requireStable` (KIP-447). From version 10 on, topics have ids, which positions do not have. */
export function offsetFetchRequest(
  groupId: string,
  partitions: readonly TopicPartition[],
  read: 'stable' | 'any',
): KafkaRequest<OffsetFetchResponse> {
  const topics = byTopic(partitions).map(({ topic, partitions: ofTopic }) => ({
    name: topic,
    partitionIndexes: ofTopic.map(({ partition }) => partition),
  }))
  return kafkaRequest(offsetFetch, {
    minVersion: 7,
    maxVersion: 9,
    body: { groupId, topics, groups: [{ groupId, topics }], requireStable: read === 'stable' },
    read: (response) => {
      const { errorCode, topics: answered } = response.groups[0] ?? response
      return { errorCode, offsets: answered.flatMap(({ name, partitions: of }) => of.map((each) => committed(name, each))) }
    },
  })
}

interface CommittedFields {
  readonly partitionIndex: number
  readonly committedOffset: number
  readonly committedLeaderEpoch: number
  readonly metadata: string | null
  readonly errorCode: number
}

function committed(topic: string, fields: CommittedFields): OffsetCommit & PartitionError {
  const { partitionIndex: partition, committedOffset: offset, committedLeaderEpoch: leaderEpoch, metadata, errorCode } = fields
  return { topic, partition, offset, leaderEpoch, metadata: metadata ?? '', errorCode }
}

export const earliestTimestamp = -2
export const latestTimestamp = -1

export interface ListOffsetsTarget extends TopicPartition {
  readonly leaderEpoch: number
}

export interface ListedOffset extends PartitionError {
  /** −1 if the partition has no record at or after the time. */
  readonly offset: number
}

/** From version 4 on, the leader epoch is checked. */
export function listOffsetsRequest(
  targets: readonly ListOffsetsTarget[],
  timestamp: number,
  isolationLevel: 0 | 1,
): KafkaRequest<readonly ListedOffset[]> {
  return kafkaRequest(listOffsets, {
    minVersion: 5,
    body: {
      replicaId: -1,
      isolationLevel,
      topics: byTopic(targets).map(({ topic, partitions }) => ({
        name: topic,
        partitions: partitions.map(({ partition, leaderEpoch }) => ({
          partitionIndex: partition,
          currentLeaderEpoch: leaderEpoch,
          timestamp,
        })),
      })),
    },
    read: ({ topics }) =>
      topics.flatMap(({ name: topic, partitions }) =>
        partitions.map(({ partitionIndex: partition, errorCode, offset }) => ({ topic, partition, errorCode, offset })),
      ),
  })
}
