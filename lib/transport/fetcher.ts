import type { Signal } from '../model/abort-signal.ts'
import type { TransportError } from '../model/errors.ts'
import type { TopicPartition } from '../model/topic-partition.ts'
import type { RecordBatch } from './record-batch/record-batch.ts'

/** A partition, and where to read on. */
export interface FetchPosition extends TopicPartition {
  /** Offset of the next record to read. */
  readonly offset: number
}

/** Whether records of open and aborted transactions are read too (Kafka: `isolation.level`). */
export type IsolationLevel = 'read_uncommitted' | 'read_committed'

/** How long one fetch waits, and how much it brings (Kafka: `fetch.*`). */
export interface FetchLimits {
  /** How long the broker may wait for `minBytes`. */
  readonly maxWaitMs: number
  /** The broker answers once it has so many bytes, or `maxWaitMs` has passed. 0 does not wait. */
  readonly minBytes: number
  /** The answer has about so many bytes at most. A first batch that is larger comes whole. */
  readonly maxBytes: number
  /** As `maxBytes`, of each partition. */
  readonly maxBytesPerPartition: number
  /** How far to read: up to the high watermark, or up to the last stable offset. */
  readonly isolationLevel: IsolationLevel
  /** Aborting this signal ends the wait early. The fetch then answers with the batches that have arrived, possibly none. */
  readonly signal?: Signal
}

/**
 * A transaction that was aborted. Its records begin at `firstOffset` and end at its abort marker (Kafka: `AbortedTransaction`).
 */
export interface AbortedTransaction {
  /** Id of the producer. */
  readonly producerId: number
  /** Offset of the first record of the transaction in this partition. */
  readonly firstOffset: number
}

/** What a fetch has brought of one partition. */
export interface FetchedPartition extends TopicPartition {
  /**
   * The reason why nothing was fetched from this partition.
   *
   * - Kind `out-of-range`: the log does not have the offset.
   * - Kind `retriable`: the partition has no leader, or its leader has moved.
   * - Kind `fatal`: e.g. a corrupt batch at the position; `facts` has topic, partition and offset. (A fetch from an earlier position
   *   answers with the batches before the corrupt one.)
   */
  readonly error: TransportError | null
  /**
   * The batches as the log has them. They include control batches, aborted records, and records before the asked offset:
   * `readableRanges` leaves those out.
   */
  readonly batches: readonly RecordBatch[]
  /** The end of what all in-sync replicas have: offset of the next record. −1 where it is not known. */
  readonly highWatermark: number
  /**
   * The end of what `read_committed` reads: the first offset of an open transaction, or the high watermark. −1 where it is not
   * known.
   */
  readonly lastStableOffset: number
  /** Offset of the first record that the log still has. −1 where it is not known. */
  readonly logStartOffset: number
  /** The aborted transactions with records in `batches`. Empty when `read_uncommitted`. */
  readonly abortedTransactions: readonly AbortedTransaction[]
}

/**
 * Reads partitions without a group. A fetcher runs one fetch at a time. Each fetcher has its own connections, so that the long
 * poll of one does not delay another: restores run beside processing.
 */
export interface Fetcher {
  /**
   * Fetches from each position. The answer may leave out partitions without new records. An error of one partition stands in that
   * partition's `error`. The promise rejects with a `TransportError` only if no broker can be reached.
   */
  fetch(positions: readonly FetchPosition[], limits: FetchLimits): Promise<readonly FetchedPartition[]>
  /** Ends the connections. A fetch under way rejects. Idempotent. */
  close(): Promise<void>
}
