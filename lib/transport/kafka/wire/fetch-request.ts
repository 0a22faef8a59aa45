import type { AbortedTransaction, FetchLimits, FetchPosition } from '../../fetcher.ts'
import { fetch } from './apis/fetch.ts'
import { byTopic, kafkaRequest } from './request.ts'
import type { KafkaRequest } from './request.ts'
import { zeroUuid } from './schema.ts'

export interface FetchTarget extends FetchPosition {
  readonly topicId: string
  /** The epoch of the leader that the client knows. A leader of another epoch refuses the request (KIP-320). */
  readonly currentEpoch: number
  /** The epoch of the record before `offset`, −1 if it is not known. A leader whose log differs there says so. */
  readonly leaderEpoch: number
}

export interface PartitionResponse {
  readonly topic: string
  readonly partition: number
  readonly errorCode: number
  readonly highWatermark: number
  readonly lastStableOffset: number
  readonly logStartOffset: number
  readonly abortedTransactions: readonly AbortedTransaction[]
  /** Where the log of the leader ends in the epoch that was asked for, if that is before `offset`: it was truncated. */
  readonly divergingEpoch: { readonly epoch: number; readonly endOffset: number }
  /** The replica to fetch from next, −1 for the leader (KIP-392). */
  readonly preferredReadReplica: number
  /** A view of the response: the batches as the log has them. */
  readonly records: Buffer
}

export interface FetchResponse {
  readonly errorCode: number
  readonly partitions: readonly PartitionResponse[]
}

/** The last version that names topics. Later ones have ids. */
const lastByName = 12

/** A fetch without a session, over the connection `lane`. */
export function fetchRequest(
  targets: readonly FetchTarget[],
  limits: FetchLimits,
  clientRack: string,
  lane: 'fetch' | 'fetch-beside',
): KafkaRequest<FetchResponse> {
  const names = new Map(targets.map(({ topic, topicId }) => [topicId, topic]))
  return kafkaRequest(fetch, {
    minVersion: 11,
    ...(names.has(zeroUuid) ? { maxVersion: lastByName } : {}),
    lane,
    brokerWaitMs: limits.maxWaitMs,
    body: {
      maxWaitMs: limits.maxWaitMs,
      minBytes: limits.minBytes,
      maxBytes: limits.maxBytes,
      isolationLevel: limits.isolationLevel === 'read_committed' ? 1 : 0,
      topics: byTopic(targets).map(({ topic, partitions }) => ({
        topic,
        topicId: partitions[0]!.topicId,
        partitions: partitions.map(({ partition, currentEpoch, offset, leaderEpoch }) => ({
          partition,
          currentLeaderEpoch: currentEpoch,
          fetchOffset: offset,
          lastFetchedEpoch: leaderEpoch,
          partitionMaxBytes: limits.maxBytesPerPartition,
        })),
      })),
      rackId: clientRack,
    },
    read: ({ errorCode, responses }) => ({
      errorCode,
      partitions: responses.flatMap(({ topic, topicId, partitions }) => {
        const name = topicId === zeroUuid ? topic : names.get(topicId)
        return name === undefined ? [] : partitions.map((each) => partitionResponse(name, each))
      }),
    }),
  })
}

type FetchedFields = Omit<PartitionResponse, 'topic' | 'partition' | 'records' | 'abortedTransactions'> & {
  readonly partitionIndex: number
  readonly abortedTransactions: readonly AbortedTransaction[] | null
  readonly records: Buffer | null
}

function partitionResponse(topic: string, fields: FetchedFields): PartitionResponse {
  const { partitionIndex: partition, errorCode, highWatermark, lastStableOffset, logStartOffset } = fields
  return {
    topic,
    partition,
    errorCode,
    highWatermark,
    lastStableOffset,
    logStartOffset,
    abortedTransactions: fields.abortedTransactions ?? [],
    divergingEpoch: fields.divergingEpoch,
    preferredReadReplica: fields.preferredReadReplica,
    records: fields.records ?? noRecords,
  }
}

const noRecords = Buffer.alloc(0)
