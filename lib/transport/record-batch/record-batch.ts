import type { Headers } from '../../model/headers.ts'

/**
 * A decoded record batch (format v2, KIP-98). It has columns instead of an object per record. Its methods take the index of a
 * record, from 0 to `count - 1`. Compaction leaves gaps between offsets, and may leave a batch without records.
 *
 * Keys, values and header values are views of the fetched response. Callers that keep them longer than the batch copy them.
 */
export interface RecordBatch {
  readonly baseOffset: number
  /** The offset to fetch after this batch: its last offset + 1. */
  readonly nextOffset: number
  readonly partitionLeaderEpoch: number
  /** −1 for a producer that is not idempotent. */
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly isTransactional: boolean
  /** Whether the batch is a commit or abort marker, which applications never see. */
  readonly isControl: boolean
  readonly maxTimestamp: number
  readonly count: number
  offset(index: number): number
  /** Ms since the epoch: the producer's time, or the broker's with `message.timestamp.type=LogAppendTime`. */
  timestamp(index: number): number
  key(index: number): Uint8Array | null
  value(index: number): Uint8Array | null
  headers(index: number): Headers
}
