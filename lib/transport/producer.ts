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

/**
 * A producer that commits batches and offsets together (KIP-98, KIP-447), one transaction at a time. Exactly-once processing will
 * use it. No transport opens one yet.
 *
 * @public
 */
export interface TransactionalProducer extends Producer {
  /** Fences older producers of the same transactional id, and ends the transaction that they left open. */
  init(): Promise<void>
  /** Begins a transaction. All batches that are sent from now on belong to it. Throws if a transaction is open already. */
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
