import type { TopicPartition } from '../../../model/topic-partition.ts'
import type { GroupIdentity, OffsetCommit } from '../../group-coordinator.ts'
import { addOffsetsToTxn } from './apis/add-offsets-to-txn.ts'
import { addPartitionsToTxn } from './apis/add-partitions-to-txn.ts'
import { endTxn } from './apis/end-txn.ts'
import { txnOffsetCommit } from './apis/txn-offset-commit.ts'
import { committedTopics, partitionErrors } from './offset-requests.ts'
import type { PartitionError } from './offset-requests.ts'
import type { ProducerIdentity } from './produce-requests.ts'
import { byTopic, kafkaRequest } from './request.ts'
import type { KafkaRequest } from './request.ts'

/** The producer of a transaction. */
export interface TransactionOwner {
  readonly transactionalId: string
  readonly producerId: number
  readonly producerEpoch: number
}

/** Later versions are of brokers, which add partitions for their clients. */
export function addPartitionsRequest(
  { transactionalId, producerId, producerEpoch }: TransactionOwner,
  partitions: readonly TopicPartition[],
): KafkaRequest<readonly PartitionError[]> {
  return kafkaRequest(addPartitionsToTxn, {
    maxVersion: 3,
    lane: 'commit',
    body: {
      v3AndBelowTransactionalId: transactionalId,
      v3AndBelowProducerId: producerId,
      v3AndBelowProducerEpoch: producerEpoch,
      v3AndBelowTopics: byTopic(partitions).map(({ topic, partitions: ofTopic }) => ({
        name: topic,
        partitions: ofTopic.map(({ partition }) => partition),
      })),
    },
    read: ({ resultsByTopicV3AndBelow }) =>
      resultsByTopicV3AndBelow.flatMap(({ name: topic, resultsByPartition }) =>
        resultsByPartition.map(({ partitionIndex: partition, partitionErrorCode: errorCode }) => ({
          topic,
          partition,
          errorCode,
        })),
      ),
  })
}

export function addGroupRequest(owner: TransactionOwner, groupId: string): KafkaRequest<{ readonly errorCode: number }> {
  return kafkaRequest(addOffsetsToTxn, {
    lane: 'commit',
    body: { ...owner, groupId },
    read: ({ errorCode }) => ({ errorCode }),
  })
}

/** From version 5 on the group becomes part of the transaction by that (KIP-890). From version 6 on, topics have ids. */
export function commitInTransactionRequest(
  owner: TransactionOwner,
  { groupId, generationId, memberId, groupInstanceId }: GroupIdentity,
  offsets: readonly OffsetCommit[],
  version: 1 | 2,
): KafkaRequest<readonly PartitionError[]> {
  return kafkaRequest(txnOffsetCommit, {
    minVersion: version === 1 ? 3 : 5,
    maxVersion: version === 1 ? 4 : 5,
    lane: 'commit',
    body: {
      ...owner,
      groupId,
      generationIdOrMemberEpoch: generationId,
      memberId,
      groupInstanceId,
      topics: committedTopics(offsets),
    },
    read: ({ topics }) => partitionErrors(topics),
  })
}

/** From version 5 on the answer has the identity of the next transaction (KIP-890). Before, the identity stays. */
export function endRequest(owner: TransactionOwner, outcome: 'commit' | 'abort', version: 1 | 2): KafkaRequest<ProducerIdentity> {
  return kafkaRequest(endTxn, {
    minVersion: version === 1 ? 1 : 5,
    maxVersion: version === 1 ? 4 : 5,
    lane: 'commit',
    body: { ...owner, committed: outcome === 'commit' },
    read: ({ errorCode, producerId, producerEpoch }) =>
      producerId < 0 ? { ...owner, errorCode } : { errorCode, producerId, producerEpoch },
  })
}
