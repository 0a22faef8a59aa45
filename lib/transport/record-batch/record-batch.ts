import type { Headers } from '../../model/headers.ts'

/**
 * A decoded record batch (format v2, KIP-98), as columns: nothing is allocated for a record until it is asked for. Indexes run
 * from 0 to `count - 1`. Offsets may have gaps (compaction), and `count` may be 0 while `nextOffset` moves on.
 *
 * Byte slices are views of the fetched response. A caller that keeps them longer than the batch copies them.
 */
export interface RecordBatch {
  readonly baseOffset: number
  /** The offset to fetch next after this batch: last offset + 1. */
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
  /** Ms since the epoch. With `message.timestamp.type=LogAppendTime` it is the broker's time. */
  timestamp(index: number): number
  key(index: number): Uint8Array | null
  value(index: number): Uint8Array | null
  headers(index: number): Headers
}
