import type { Signal } from '../model/abort-signal.ts'
import type { TransportError } from '../model/errors.ts'
import type { TopicPartition } from '../model/topic-partition.ts'
import type { RecordBatch } from './record-batch/record-batch.ts'

/** The position of a reader in a partition. */
export interface FetchPosition extends TopicPartition {
  /** Offset of the next record to read. */
  readonly offset: number
  /**
   * The id of the topic that the offset belongs to. Nothing is read of a topic of the same name that has another id, because it was
   * deleted and created again: the answer is the error `TRANSPORT_UNKNOWN_TOPIC_ID`. Default: the offset is of whatever topic has
   * the name.
   */
  readonly topicId?: string | undefined
  /**
   * The epoch of the leader that has written the record before the offset, −1 if it is not known. If the log was truncated below the
   * offset since, the answer is the error `TRANSPORT_LOG_TRUNCATION` (KIP-320). Default: that of the last batch that this fetcher has
   * read, if the batch ends at the offset.
   */
  readonly leaderEpoch?: number | undefined
}

/** Whether records of open and aborted transactions are read, too: only with `read_uncommitted` (Kafka: `isolation.level`). */
export type IsolationLevel = 'read_uncommitted' | 'read_committed'

/** The end of a partition as readers see it: `read_committed` ends at the last stable offset. */
export function endOf(isolationLevel: IsolationLevel): 'latest' | 'latest-stable' {
  return isolationLevel === 'read_committed' ? 'latest-stable' : 'latest'
}

/** The limits of one fetch in time and size (Kafka: `fetch.*`). */
export interface FetchLimits {
  /** The longest time in ms that the broker waits for `minBytes`. */
  readonly maxWaitMs: number
  /** The broker answers when it has this many bytes, or after `maxWaitMs`. With 0 it does not wait. */
  readonly minBytes: number
  /** The greatest size of the answer in bytes. It may be exceeded by its first batch, which always comes whole. */
  readonly maxBytes: number
  /** The greatest size of the answer per partition, with the same exception. */
  readonly maxBytesPerPartition: number
  /** `read_uncommitted` reads up to the high watermark, `read_committed` up to the last stable offset. */
  readonly isolationLevel: IsolationLevel
  /** Aborting this signal ends the wait early. The fetch then answers with the batches that have arrived, possibly none. */
  readonly signal?: Signal
  /**
   * Positions that this fetch does not ask for, because their reader has enough for now, and that a later fetch asks for again. What a broker
   * answers for them meanwhile is kept for that fetch, and not asked for twice. Default: none.
   */
  readonly paused?: readonly FetchPosition[]
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

/** The result of a fetch for one partition. */
export interface FetchedPartition extends TopicPartition {
  /**
   * The reason why nothing was fetched from this partition.
   *
   * - Kind `out-of-range`: the log does not have the offset. Where it was truncated (`TRANSPORT_LOG_TRUNCATION`), `endOffset` and
   *   `endEpoch` of `facts` say up to where it has what was read; they are −1 where that is not known.
   * - Kind `retriable`: the partition has no leader, or its leader has moved; or the topic is gone (`TRANSPORT_UNKNOWN_TOPIC_OR_PARTITION`), or
   *   another one has taken its name (`TRANSPORT_UNKNOWN_TOPIC_ID`).
   * - Kind `fatal`: e.g. a corrupt batch at the position; `facts` has topic, partition and offset. (A fetch from an earlier position
   *   answers with the batches before the corrupt one.)
   */
  readonly error: TransportError | null
  /**
   * The batches as the log has them. They include control batches, aborted records, and records before the asked offset:
   * `readableRanges` leaves those out.
   */
  readonly batches: readonly RecordBatch[]
  /** The offset after the last record that all in-sync replicas have. −1 if it is not known. */
  readonly highWatermark: number
  /**
   * The offset up to which `read_committed` reads: that of the first open transaction, or the high watermark. −1 if it is not
   * known.
   */
  readonly lastStableOffset: number
  /** The offset of the first record in the log. −1 if it is not known. */
  readonly logStartOffset: number
  /** The aborted transactions with records in `batches`. Empty with `read_uncommitted`. */
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
  /** Bytes of the batches that have come, and that no call has answered with yet. */
  readonly heldBytes: number
  /** Ends the connections. A fetch under way ends early, and one that begins later rejects. Idempotent. */
  close(): Promise<void>
}
