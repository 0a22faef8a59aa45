import type { TopicPartition } from '../../../../model/topic-partition.ts'
import { listOffsets } from '../../../kafka/wire/apis/list-offsets.ts'
import { offsetForLeaderEpoch } from '../../../kafka/wire/apis/offset-for-leader-epoch.ts'
import { errorCodes } from '../../../kafka/wire/error-codes.ts'
import { codeOf } from '../error-codes.ts'
import type { Handler, RequestContext } from '../handler.ts'
import { handler } from '../handler.ts'
import { misdirected } from '../leadership.ts'

interface Place {
  readonly offset: number
  readonly timestamp: number
}

const none: Place = { offset: -1, timestamp: -1 }

/** Times before the epoch stand for offsets (Java: `ListOffsetsRequest`). Nothing here is in tiered storage. */
function placeOf(partition: TopicPartition, timestamp: number, isolationLevel: number, { broker }: RequestContext): Place {
  const log = broker.topics.partition(partition)
  const at = (offset: number): Place => ({ offset, timestamp: -1 })
  if (timestamp === -1) return at(isolationLevel === 1 ? log.lastStableOffset : log.highWatermark)
  if (timestamp === -2 || timestamp === -4) return at(log.startOffset)
  if (timestamp === -3) return log.latestByTime() ?? none
  return timestamp < 0 ? none : (log.firstSince(timestamp) ?? none)
}

const listed = handler(listOffsets, ({ topics, isolationLevel }, context) => ({
  topics: topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex, currentLeaderEpoch, timestamp }) => {
      const at = { topic: name, partition: partitionIndex }
      const wrong = misdirected(at, context, currentLeaderEpoch)
      if (wrong !== 0) return { partitionIndex, errorCode: wrong, ...none }
      try {
        const place = placeOf(at, timestamp, isolationLevel, context)
        const leaderEpoch = place === none ? -1 : context.view.leaderOf(at).epoch
        return { partitionIndex, errorCode: 0, ...place, leaderEpoch }
      } catch (error) {
        return { partitionIndex, errorCode: codeOf(error), ...none }
      }
    }),
  })),
}))

const ended = handler(offsetForLeaderEpoch, ({ topics }, context) => ({
  topics: topics.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map(({ partition, currentLeaderEpoch, leaderEpoch }) => {
      const at = { topic, partition }
      const unknown = { partition, leaderEpoch: -1, endOffset: -1 }
      const log = context.broker.topics.get(topic)?.partitions[partition]
      if (log === undefined) return { ...unknown, errorCode: errorCodes.UNKNOWN_TOPIC_OR_PARTITION }
      const errorCode = misdirected(at, context, currentLeaderEpoch)
      if (errorCode !== 0) return { ...unknown, errorCode }
      return { partition, errorCode, ...log.endOfEpoch(leaderEpoch, context.view.leaderOf(at).epoch) }
    }),
  })),
}))

export const offsetHandlers: readonly Handler[] = [listed, ended]
