import type { TopicPartition } from '../../../model/topic-partition.ts'
import { initProducerId } from './apis/init-producer-id.ts'
import { produce } from './apis/produce.ts'
import type { TransactionOfSession } from '../../producer-session.ts'
import { byTopic, kafkaRequest } from './request.ts'
import type { KafkaRequest } from './request.ts'

export interface SealedBatch extends TopicPartition {
  readonly records: Uint8Array
}

export interface ProduceResponse extends TopicPartition {
  readonly errorCode: number
  readonly baseOffset: number
  /** The broker's own message. */
  readonly message: string | null
  /** The records for which the broker refused the batch, by their indexes in it. Empty before Kafka 2.4. */
  readonly recordErrors: readonly RecordError[]
}

interface RecordError {
  readonly index: number
  readonly message: string | null
}

/** The most bytes that the body of a produce request for these batches has. */
export function produceBytes(batches: readonly SealedBatch[]): number {
  return batches.reduce((sum, { records, topic }) => sum + records.byteLength + topic.length + 64, 256)
}

/**
 * A broker accepts at most one batch per partition. With `acks` −1 all in-sync replicas acknowledge. From version 12 on a broker adds
 * partitions to the transaction by itself (KIP-890). From version 13 on, topics have ids.
 */
export function produceRequest(
  batches: readonly SealedBatch[],
  acks: -1 | 1,
  timeoutMs: number,
  transaction: Pick<TransactionOfSession, 'transactionalId' | 'version'> | null = null,
  into: Buffer = Buffer.allocUnsafe(produceBytes(batches)),
): KafkaRequest<readonly ProduceResponse[]> {
  return kafkaRequest(produce, {
    minVersion: transaction?.version === 2 ? 12 : 7,
    maxVersion: transaction?.version === 1 ? 11 : 12,
    into,
    body: {
      transactionalId: transaction?.transactionalId ?? null,
      acks,
      timeoutMs,
      topicData: byTopic(batches).map(({ topic, partitions }) => ({
        name: topic,
        partitionData: partitions.map(({ partition, records }) => ({ index: partition, records })),
      })),
    },
    read: ({ responses }) =>
      responses.flatMap(({ name, partitionResponses }) =>
        partitionResponses.map(({ index, errorCode, baseOffset, errorMessage, recordErrors }) => ({
          topic: name,
          partition: index,
          errorCode,
          baseOffset,
          message: errorMessage,
          recordErrors: recordErrors.map((each) => ({ index: each.batchIndex, message: each.batchIndexErrorMessage })),
        })),
      ),
  })
}

export interface ProducerIdentity {
  readonly errorCode: number
  readonly producerId: number
  readonly producerEpoch: number
}

/** The newest version whose definition is stable in Kafka 4.4. */
const stableInitVersion = 5

/** The beginning of a transactional producer. */
export interface TransactionalInit {
  readonly transactionalId: string
  readonly transactionTimeoutMs: number
  /** The identity that the producer has, if it goes on after an error. */
  readonly known: Omit<ProducerIdentity, 'errorCode'> | null
}

/** Null: the producer has no transactions. From version 3 on a producer can ask for the next epoch of its identity (KIP-360). */
export function initProducerIdRequest(init: TransactionalInit | null = null): KafkaRequest<ProducerIdentity> {
  const { transactionalId = null, transactionTimeoutMs = 60_000, known = null } = init ?? {}
  return kafkaRequest(initProducerId, {
    minVersion: known === null ? 1 : 3,
    maxVersion: stableInitVersion,
    lane: transactionalId === null ? 'main' : 'commit',
    body: { transactionalId, transactionTimeoutMs, ...known },
    read: ({ errorCode, producerId, producerEpoch }) => ({ errorCode, producerId, producerEpoch }),
  })
}
