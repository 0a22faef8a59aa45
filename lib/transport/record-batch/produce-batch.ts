import type { Headers } from '../../model/headers.ts'

export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'

/** Says who writes a batch. A producer that is not idempotent has id −1, epoch −1 and sequence −1. */
export interface ProducerStamp {
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly isTransactional: boolean
}

/**
 * A batch under construction for one partition, in wire bytes from the first record on. Implemented by `RecordBatchBuilder`.
 * The sender stamps it with producer id and sequence only when it goes out.
 */
export interface ProduceBatch {
  readonly count: number
  /** Bytes so far, the batch's header included. */
  readonly byteLength: number
  append(key: Uint8Array | null, value: Uint8Array | null, timestamp: number, headers: Headers): void
  /** Fills in header and checksum. A retry may seal the batch again, under another stamp. */
  seal(stamp: ProducerStamp): Uint8Array
}
