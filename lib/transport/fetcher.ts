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
  /** Aborting ends the wait early; the answer is then what is there, possibly nothing. */
  readonly signal?: Signal
}

/** A producer's transaction that was aborted, from its first offset up to its abort marker (Kafka: `AbortedTransaction`). */
export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: number
}

export interface FetchedPartition extends TopicPartition {
  /**
   * Set: nothing was fetched from this partition. `out-of-range`, `retriable` (leader moved), … A corrupt batch is `fatal`, and its
   * facts are topic, partition and offset; batches before it were answered by the fetch before.
   */
  readonly error: TransportError | null
  /** As the log has them: control batches and aborted records included, records before the asked offset too. */
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
   * Partitions without news may be missing from the answer. Throws a `TransportError` only where no broker could be asked at
   * all; trouble with one partition stands in its `error`.
   */
  fetch(positions: readonly FetchPosition[], limits: FetchLimits): Promise<readonly FetchedPartition[]>
  close(): Promise<void>
}
