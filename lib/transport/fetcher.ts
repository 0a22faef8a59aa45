import type { Signal } from '../model/abort-signal.ts'
import type { TransportError } from '../model/errors.ts'
import type { TopicPartition } from '../model/topic-partition.ts'
import type { RecordBatch } from './record-batch/record-batch.ts'

export interface FetchPosition extends TopicPartition {
  readonly offset: number
}

export type IsolationLevel = 'read_uncommitted' | 'read_committed'

export interface FetchLimits {
  /** How long the broker may wait for `minBytes`. */
  readonly maxWaitMs: number
  readonly minBytes: number
  readonly maxBytes: number
  readonly maxBytesPerPartition: number
  readonly isolationLevel: IsolationLevel
  /** Aborting this signal ends the wait early. The fetch then answers with the batches that have arrived, possibly none. */
  readonly signal?: Signal
}

/**
 * A transaction that was aborted. Its records begin at `firstOffset` and end at its abort marker (Kafka: `AbortedTransaction`).
 */
export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: number
}

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
  readonly highWatermark: number
  readonly lastStableOffset: number
  readonly logStartOffset: number
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
  close(): Promise<void>
}
