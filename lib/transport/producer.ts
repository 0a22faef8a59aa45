import type { TopicPartition } from '../model/topic-partition.ts'
import type { GroupIdentity, OffsetCommit } from './group-coordinator.ts'
import type { Compression, ProduceBatch } from './record-batch/produce-batch.ts'

/** Options of a producer. */
export interface ProducerOptions {
  /** The replicas that must have a batch before it counts as written: all in-sync ones, or the leader alone. */
  readonly acks: 'all' | 'leader'
  /** Whether the broker recognizes repeated batches, so that retries neither duplicate records nor reorder them (KIP-98). */
  readonly idempotence: 'enabled' | 'disabled'
  /** The compression of batches. */
  readonly compression: Compression
  /** The time limit in ms for the answer to one attempt (Kafka: `request.timeout.ms`). */
  readonly requestTimeoutMs: number
  /**
   * The time limit in ms of a batch with all its attempts (Kafka: `delivery.timeout.ms`). After it `send` rejects with the last
   * error.
   */
  readonly deliveryTimeoutMs: number
}

/** The place of a written batch. */
export interface ProduceResult {
  /** Offset of the first record of the batch. */
  readonly baseOffset: number
}

/** Writes finished batches. Calls may overlap. The log of a partition has its batches in the order of the calls. */
export interface Producer {
  /** Returns an empty batch with the producer's compression. */
  newBatch(): ProduceBatch
  /** Writes a batch. Rejects with a `TransportError` whose `kind` says what to do. Even then the batch may be in the log. */
  send(partition: TopicPartition, batch: ProduceBatch): Promise<ProduceResult>
  /** Ends the connections. Batches that are not acknowledged yet reject: await them first. Idempotent. */
  close(): Promise<void>
}

/** Options of a transactional producer. It is idempotent, and all in-sync replicas acknowledge what it writes. */
export interface TransactionalProducerOptions extends Omit<ProducerOptions, 'acks' | 'idempotence'> {
  /** The name by which brokers know the producer over restarts. A newer producer of the same name fences older ones. */
  readonly transactionalId: string
  /** The coordinator aborts a transaction that takes longer than this, in ms (Kafka: `transaction.timeout.ms`). At most 900,000. */
  readonly transactionTimeoutMs: number
}

/**
 * A producer that commits batches and offsets together (KIP-98, KIP-447, KIP-890), one transaction at a time.
 *
 * Rejections are `TransportError`s. Their `kind` says what to do:
 *
 * - `retriable`: from `send` and `sendOffsets`, abort the transaction. From `commit` and `abort`: nobody knows how the transaction has
 *   ended. `init` ends it; committed offsets then say how.
 * - `abortable`: abort the transaction, then begin the next one.
 * - `fenced`: a newer producer of the same id has taken over, or the transaction took too long. Only `init` leads on. From `sendOffsets` the
 *   codes `TRANSPORT_ILLEGAL_GENERATION`, `TRANSPORT_UNKNOWN_MEMBER_ID` and `TRANSPORT_FENCED_INSTANCE_ID` are about the member of the
 *   group. They leave the transaction open: `sendOffsets` can be called again with what the member is now.
 * - `fatal`: from `send`, the broker has refused the batch, and surely not written it. The transaction is still open. From the other calls:
 *   the cluster or the program needs mending.
 *
 * @public
 */
export interface TransactionalProducer extends Producer {
  /**
   * Fences older producers of the same transactional id, ends the transaction that they or this one left open, and waits for that. It is
   * called first, and after errors that leave no other way.
   */
  init(): Promise<void>
  /** Begins a transaction. All batches that are sent from now on belong to it. Throws a `TypeError` if a transaction is open already. */
  begin(): void
  /**
   * Makes committed offsets of a group part of the transaction. Rejects with a `TransportError` of kind `fenced` if the member
   * is no longer in the group.
   */
  sendOffsets(offsets: readonly OffsetCommit[], group: GroupIdentity): Promise<void>
  /**
   * Awaits all batches of the transaction and makes it visible. Rejects with a `TransportError`, of kind `fenced` if a newer
   * producer has taken over.
   */
  commit(): Promise<void>
  /** Ends the transaction. Readers of committed records never see its batches and offsets. */
  abort(): Promise<void>
}
