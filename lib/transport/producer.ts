import type { TopicPartition } from '../model/topic-partition.ts'
import type { GroupIdentity, OffsetCommit } from './group-coordinator.ts'
import type { Compression, ProduceBatch } from './record-batch/produce-batch.ts'

export interface ProducerOptions {
  /** The replicas that must have a batch before it counts as written: all in-sync ones, or the leader alone. */
  readonly acks: 'all' | 'leader'
  /** Whether the broker recognizes repeated batches, so that retries neither duplicate records nor reorder them (KIP-98). */
  readonly idempotence: 'enabled' | 'disabled'
  readonly compression: Compression
  readonly requestTimeoutMs: number
  /** The producer retries a batch for this long (Kafka: `delivery.timeout.ms`). Then `send` rejects with the last error. */
  readonly deliveryTimeoutMs: number
}

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
  begin(): void
  sendOffsets(offsets: readonly OffsetCommit[], group: GroupIdentity): Promise<void>
  commit(): Promise<void>
  abort(): Promise<void>
}
