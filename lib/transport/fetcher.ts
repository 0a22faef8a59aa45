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
  /** Aborting it ends the wait early. The fetch then answers what has come, possibly nothing. */
  readonly signal?: Signal
}

/** A producer's transaction that was aborted, from its first offset up to its abort marker (Kafka: `AbortedTransaction`). */
export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: number
}

export interface FetchedPartition extends TopicPartition {
  /**
   * Why nothing was fetched from this partition. Kind `out-of-range`: the log does not have the offset. Kind `retriable`: the
   * leader
   * has moved, or is not there. Kind `fatal`: a corrupt batch, among others; its facts are topic, partition and offset. The batches
   * before a corrupt one were answered by the fetch before.
   */
  readonly error: TransportError | null
  /**
   * As the log has them, with control batches, aborted records, and records before the asked offset: `readableRanges` sorts them
   * out.
   */
  readonly batches: readonly RecordBatch[]
  readonly highWatermark: number
  readonly lastStableOffset: number
  readonly logStartOffset: number
  readonly abortedTransactions: readonly AbortedTransaction[]
}

/**
 * Reads partitions without a group. One fetch at a time per fetcher; each fetcher has its own connections, so that a long
 * poll of one does not hold up another (restore beside processing).
 */
export interface Fetcher {
  /**
   * The answer may leave out partitions without news. Rejects with a `TransportError` only where no broker could be asked at all;
   * trouble with one partition stands in that partition's `error`.
   */
  fetch(positions: readonly FetchPosition[], limits: FetchLimits): Promise<readonly FetchedPartition[]>
  close(): Promise<void>
}
