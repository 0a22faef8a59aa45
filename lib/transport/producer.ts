import type { TopicPartition } from '../model/topic-partition.ts'
import type { GroupIdentity, OffsetCommit } from './group-coordinator.ts'
import type { Compression, ProduceBatch } from './record-batch/produce-batch.ts'

/** How a producer writes. */
export interface ProducerOptions {
  /** The replicas that must have a batch before it counts as written: all in-sync ones, or the leader alone. */
  readonly acks: 'all' | 'leader'
  /** Whether the broker recognizes repeated batches, so that retries neither duplicate records nor reorder them (KIP-98). */
  readonly idempotence: 'enabled' | 'disabled'
  /** How records of a batch are compressed. */
  readonly compression: Compression
  /** How long a broker may take to answer one attempt, in ms (Kafka: `request.timeout.ms`). */
  readonly requestTimeoutMs: number
  /** The producer retries a batch for this long (Kafka: `delivery.timeout.ms`). Then `send` rejects with the last error. */
  readonly deliveryTimeoutMs: number
}

/** Where a batch has been written. */
export interface ProduceResult {
  /** Offset of the first record of the batch. */
  readonly baseOffset: number
}

/** Writes finished batches. Calls may overlap. The log of a partition has its batches in the order of the calls. */
export interface Producer {
  /** Returns an empty batch with the producer's compression. */
  newBatch(): ProduceBatch
  /** Rejects with a `TransportError` whose `kind` says what to do. Even then the batch may be in the log. */
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
  /** Begins a transaction: what is sent from now on belongs to it. Throws where one is open already. */
  begin(): void
  /**
   * Makes committed offsets of a group part of the transaction. Rejects with a `TransportError` of kind `fenced` where the member
   * is no longer in the group.
   */
  sendOffsets(offsets: readonly OffsetCommit[], group: GroupIdentity): Promise<void>
  /**
   * Awaits all batches of the transaction and makes it visible. Rejects with a `TransportError`; of kind `fenced` where a newer
   * producer has taken over.
   */
  commit(): Promise<void>
  /** Ends the transaction. Readers of committed records never see its batches and offsets. */
  abort(): Promise<void>
}
