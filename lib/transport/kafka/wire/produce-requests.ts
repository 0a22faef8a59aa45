import type { TopicPartition } from '../../../model/topic-partition.ts'
import type { KafkaRequest } from './request.ts'
import { readTopics, writeTopics } from './request.ts'

export interface SealedBatch extends TopicPartition {
  readonly records: Uint8Array
}

export interface ProduceResponse extends TopicPartition {
  readonly errorCode: number
  readonly baseOffset: number
}

/** Produce, version 7. A broker accepts at most one batch per partition. With `acks` −1 all in-sync replicas acknowledge. */
export function produceRequest(
  batches: readonly SealedBatch[],
  acks: -1 | 1,
  timeoutMs: number,
): KafkaRequest<readonly ProduceResponse[]> {
  return {
    apiName: 'Produce',
    apiKey: 0,
    apiVersion: 7,
    bodyBytes: batches.reduce((sum, { records, topic }) => sum + records.byteLength + topic.length + 64, 64),
    write: (writer) => {
      writer.string(null).int16(acks).int32(timeoutMs)
      writeTopics(writer, batches, (out, { partition, records }) => out.int32(partition).data(records))
    },
    read: (reader) =>
      readTopics(reader, (response, topic) => {
        const result = { topic, partition: response.int32(), errorCode: response.int16(), baseOffset: response.int64() }
        response.int64()
        response.int64()
        return result
      }),
  }
}

export interface ProducerIdentity {
  readonly errorCode: number
  readonly producerId: number
  readonly producerEpoch: number
}

export function initProducerIdRequest(): KafkaRequest<ProducerIdentity> {
  return {
    apiName: 'InitProducerId',
    apiKey: 22,
    apiVersion: 1,
    write: (writer) => void writer.string(null).int32(-1),
    read: (reader) => {
      reader.int32()
      return { errorCode: reader.int16(), producerId: reader.int64(), producerEpoch: reader.int16() }
    },
  }
}
