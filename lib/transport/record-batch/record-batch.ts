import type { Headers } from '../../model/headers.ts'

/**
 * A decoded record batch (format v2, KIP-98). It has columns instead of an object per record. Its methods take the index of a
 * record, from 0 to `count - 1`. Compaction leaves gaps between offsets, and may leave a batch without records.
 *
 * Keys, values and header values are views of the fetched response. Callers that keep them longer than the batch copy them.
 */
export interface RecordBatch {
  /** The offset of the first record that the batch had when it was written. */
  readonly baseOffset: number
  /** The offset to fetch after this batch: its last offset + 1. */
  readonly nextOffset: number
  /** Epoch of the leader that appended the batch. −1 if it is not known. */
  readonly partitionLeaderEpoch: number
  /** −1 for a producer that is not idempotent. */
  readonly producerId: number
  /** Epoch of the producer. −1 for one that is not idempotent. */
  readonly producerEpoch: number
  /** Sequence number of the first record. −1 for a producer that is not idempotent. */
  readonly baseSequence: number
  /** Whether the batch belongs to a transaction. */
  readonly isTransactional: boolean
  /** Whether the batch is a commit or abort marker, which applications never see. */
  readonly isControl: boolean
  /** The greatest timestamp of the batch's records, in ms since the epoch. */
  readonly maxTimestamp: number
  /** The bytes of its records in memory, after decompression. */
  readonly byteLength: number
  /** The number of records in the batch. Compaction may have removed some. */
  readonly count: number
  /** The memory in which the keys and values of all records are. */
  readonly bytes: Uint8Array
  /** Where the key of a record begins in `bytes`. */
  keyAt(index: number): number
  /** How many bytes the key of a record has. −1 if it has none. */
  keyLength(index: number): number
  /** Where the value of a record begins in `bytes`. */
  valueAt(index: number): number
  /** How many bytes the value of a record has. −1 if it has none. */
  valueLength(index: number): number
  /** Offset of a record. */
  offset(index: number): number
  /** Ms since the epoch: the producer's time, or the broker's with `message.timestamp.type=LogAppendTime`. */
  timestamp(index: number): number
  /** Key of a record, in bytes. Null if it has none. */
  key(index: number): Uint8Array | null
  /** Value of a record, in bytes. Null is a tombstone. */
  value(index: number): Uint8Array | null
  /** Headers of a record, in their order. Empty if it has none. */
  headers(index: number): Headers
}
