import type { TopicPartition } from '../model/topic-partition.ts'
import type { GroupIdentity, OffsetCommit } from './group-coordinator.ts'
import type { Compression, ProduceBatch } from './record-batch/produce-batch.ts'

export interface ProducerOptions {
  /** Who must have a batch before it counts as written: all in-sync replicas, or the leader alone. */
  readonly acks: 'all' | 'leader'
  /** Whether the broker tells a repeated batch from a new one, so that retries neither duplicate nor reorder (KIP-98). */
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

/** Writes finished batches. Calls may overlap; within a partition the order of calls is the order of the log. */
export interface Producer {
  /** Makes an empty batch in the producer's compression. */
  newBatch(): ProduceBatch
  /** Rejects with a `TransportError` whose `kind` says what to do. The log may hold the batch all the same. */
  send(partition: TopicPartition, batch: ProduceBatch): Promise<ProduceResult>
  close(): Promise<void>
}

/**
 * A producer whose batches and offsets become visible together (KIP-98, KIP-447), one transaction at a time. It is the port for
 * exactly-once. No transport opens one yet.
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
