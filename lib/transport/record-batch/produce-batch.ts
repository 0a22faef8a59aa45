import type { Headers } from '../../model/headers.ts'

export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'

/** Who writes a batch. Plain producers have id −1, epoch −1 and sequence −1. */
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
  /** Bytes so far, headers of the batch included. */
  readonly byteLength: number
  append(key: Uint8Array | null, value: Uint8Array | null, timestamp: number, headers: Headers): void
  /** Fills in header and CRC. May be called again with another stamp (a retry after the producer id changed). */
  seal(stamp: ProducerStamp): Uint8Array
}
