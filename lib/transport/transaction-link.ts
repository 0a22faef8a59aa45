import type { TopicPartition } from '../model/topic-partition.ts'
import type { GroupIdentity, OffsetCommit } from './group-coordinator.ts'
import type { ProducerIdentity } from './producer-session.ts'

/**
 * What the session of a transactional producer asks of coordinators. Each method is one request of Kafka's protocol, which is repeated
 * until it is answered, or a time limit is over. Rejects with a `TransportError`.
 */
export interface TransactionLink {
  readonly transactionalId: string
  /** The version of transactions that the cluster has agreed on (Kafka: `transaction.version`). Known after `init`. */
  readonly version: 1 | 2
  /** How many attempts had no answer so far: nobody knows whether they have happened, or will. */
  readonly unanswered: number
  /**
   * Gets an identity, and ends what is open (`InitProducerId`). `known`: the identity of a producer that has ended its transaction, and needs
   * the next epoch (KIP-360).
   */
  init(known: ProducerIdentity | null): Promise<ProducerIdentity>
  /** Version 1 only: makes partitions part of the transaction. */
  addPartitions(identity: ProducerIdentity, partitions: readonly TopicPartition[]): Promise<void>
  /** Version 1 only: makes the offsets of a group part of the transaction. */
  addGroup(identity: ProducerIdentity, groupId: string): Promise<void>
  commitOffsets(identity: ProducerIdentity, group: GroupIdentity, offsets: readonly OffsetCommit[]): Promise<void>
  /** Ends the transaction (`EndTxn`). Resolves to the identity of the next one. */
  end(identity: ProducerIdentity, outcome: 'commit' | 'abort'): Promise<ProducerIdentity>
}
