import type { AbortedTransaction, FetchLimits, FetchPosition } from '../../fetcher.ts'
import type { KafkaRequest } from './request.ts'
import { readTopics, writeTopics } from './request.ts'
import type { ResponseReader } from './response-reader.ts'

export interface FetchTarget extends FetchPosition {
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
  /** A view of the response: the batches as the log has them. */
  readonly records: Buffer
}

export interface FetchResponse {
  readonly errorCode: number
  readonly partitions: readonly PartitionResponse[]
}

/** Fetch, version 11, without a fetch session. */
export function fetchRequest(targets: readonly FetchTarget[], limits: FetchLimits): KafkaRequest<FetchResponse> {
  return {
    apiName: 'Fetch',
    apiKey: 1,
    apiVersion: 11,
    brokerWaitMs: limits.maxWaitMs,
    lane: 'fetch',
    write: (writer) => {
      writer.int32(-1).int32(limits.maxWaitMs).int32(limits.minBytes).int32(limits.maxBytes)
      writer.int8(limits.isolationLevel === 'read_committed' ? 1 : 0)
      writer.int32(0).int32(-1)
      writeTopics(writer, targets, (out, { partition, leaderEpoch, offset }) => {
        out.int32(partition).int32(leaderEpoch).int64(offset).int64(-1).int32(limits.maxBytesPerPartition)
      })
      writer.int32(0).string('')
    },
    read: readFetch,
  }
}

function readFetch(reader: ResponseReader): FetchResponse {
  reader.int32()
  const errorCode = reader.int16()
  reader.int32()
  return { errorCode, partitions: readTopics(reader, readPartition) }
}

function readPartition(reader: ResponseReader, topic: string): PartitionResponse {
  const partition = reader.int32()
  const errorCode = reader.int16()
  const offsets = { highWatermark: reader.int64(), lastStableOffset: reader.int64(), logStartOffset: reader.int64() }
  const abortedTransactions = reader.array((aborted) => ({ producerId: aborted.int64(), firstOffset: aborted.int64() }))
  reader.int32()
  return { topic, partition, errorCode, ...offsets, abortedTransactions, records: reader.data() }
}
