import type { TopicPartition } from '../model/topic-partition.ts'
import type { GroupIdentity, OffsetCommit } from './group-coordinator.ts'
import type { Compression, ProduceBatch } from './record-batch/produce-batch.ts'

export interface ProducerOptions {
  /** `all`: acknowledged by all in-sync replicas. */
  readonly acks: 'all' | 'leader'
  /** Retries cannot duplicate or reorder. */
  readonly idempotence: 'enabled' | 'disabled'
  readonly compression: Compression
  readonly requestTimeoutMs: number
  /** After this long a batch fails with a `retriable` error. Retries happen below the port until then. */
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
  /** Rejects with a `TransportError`; the batch then may or may not be in the log, and `kind` says what to do. */
  send(partition: TopicPartition, batch: ProduceBatch): Promise<ProduceResult>
  close(): Promise<void>
}

/**
 * A producer whose batches and offsets become visible together (KIP-98, KIP-447). One transaction at a time. The seam for
 * exactly-once: no transport opens one yet.
 *
 * @public
 */
export interface TransactionalProducer extends Producer {
  /** Fences older producers of the same transactional id, and ends what they left open. */
  init(): Promise<void>
  begin(): void
  sendOffsets(offsets: readonly OffsetCommit[], group: GroupIdentity): Promise<void>
  commit(): Promise<void>
  abort(): Promise<void>
}
