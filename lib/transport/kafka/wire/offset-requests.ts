import type { TopicPartition } from '../../../model/topic-partition.ts'
import type { GroupIdentity, OffsetCommit } from '../../group-coordinator.ts'
import { writeIdentity } from './group-requests.ts'
import { byTopic, readTopics, writeTopics } from './request.ts'
import type { KafkaRequest } from './request.ts'
import type { ResponseReader } from './response-reader.ts'

export interface PartitionError extends TopicPartition {
  readonly errorCode: number
}

/** OffsetCommit, version 7: the first with instance ids. */
export function offsetCommitRequest(
  identity: GroupIdentity,
  offsets: readonly OffsetCommit[],
): KafkaRequest<readonly PartitionError[]> {
  return {
    apiName: 'OffsetCommit',
    apiKey: 8,
    apiVersion: 7,
    lane: 'commit',
    write: (writer) => {
      writeIdentity(writer, identity)
      writeTopics(writer, offsets, (out, { partition, offset, leaderEpoch, metadata }) => {
        out.int32(partition).int64(offset).int32(leaderEpoch).string(metadata)
      })
    },
    read: (reader) => {
      reader.int32()
      return readTopics(reader, (response, topic) => ({ topic, partition: response.int32(), errorCode: response.int16() }))
    },
  }
}

export interface OffsetFetchResponse {
  readonly errorCode: number
  readonly offsets: readonly (OffsetCommit & PartitionError)[]
}

/** OffsetFetch, version 7: the first with `requireStable` (KIP-447). Its header is flexible (KIP-482). */
export function offsetFetchRequest(
  groupId: string,
  partitions: readonly TopicPartition[],
  read: 'stable' | 'any',
): KafkaRequest<OffsetFetchResponse> {
  return {
    apiName: 'OffsetFetch',
    apiKey: 9,
    apiVersion: 7,
    header: 'flexible',
    write: (writer) => {
      writer.compactString(groupId)
      writer.compactArray(byTopic(partitions), (topics, { topic, partitions: ofTopic }) => {
        topics.compactString(topic)
        topics.compactArray(ofTopic, (out, { partition }) => out.int32(partition)).noTags()
      })
      writer.boolean(read === 'stable').noTags()
    },
    read: readOffsetFetch,
  }
}

function readOffsetFetch(reader: ResponseReader): OffsetFetchResponse {
  reader.int32()
  const topics = reader.compactArray((response) => {
    const topic = response.compactString()
    const offsets = response.compactArray((partition) => readOffset(partition, topic))
    response.skipTags()
    return offsets
  })
  return { errorCode: reader.int16(), offsets: topics.flat() }
}

function readOffset(reader: ResponseReader, topic: string): OffsetCommit & PartitionError {
  const position = { topic, partition: reader.int32(), offset: reader.int64(), leaderEpoch: reader.int32() }
  const committed = { ...position, metadata: reader.compactString(), errorCode: reader.int16() }
  reader.skipTags()
  return committed
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

/** ListOffsets, version 5. */
export function listOffsetsRequest(
  targets: readonly ListOffsetsTarget[],
  timestamp: number,
  isolationLevel: 0 | 1,
): KafkaRequest<readonly ListedOffset[]> {
  return {
    apiName: 'ListOffsets',
    apiKey: 2,
    apiVersion: 5,
    write: (writer) => {
      writer.int32(-1).int8(isolationLevel)
      writeTopics(writer, targets, (out, { partition, leaderEpoch }) => out.int32(partition).int32(leaderEpoch).int64(timestamp))
    },
    read: (reader) => {
      reader.int32()
      return readTopics(reader, readListedOffset)
    },
  }
}

function readListedOffset(reader: ResponseReader, topic: string): ListedOffset {
  const at = { topic, partition: reader.int32(), errorCode: reader.int16() }
  reader.int64()
  const offset = reader.int64()
  reader.int32()
  return { ...at, offset }
}
