import type { Headers } from '../../model/headers.ts'

export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'

/** The identity of a batch's producer, and the batch's first sequence number. All are −1 if the producer is not idempotent. */
export interface ProducerStamp {
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly isTransactional: boolean
}

/**
 * A batch for one partition, to which records are appended. The batch has the bytes of Kafka's protocol from the beginning. The
 * producer stamps it with its id and a sequence number when it sends it.
 */
export interface ProduceBatch {
  readonly count: number
  /** The size of the batch so far, its header included. */
  readonly byteLength: number
  append(key: Uint8Array | null, value: Uint8Array | null, timestamp: number, headers: Headers): void
  /** Writes header and checksum, and returns the bytes of the batch. A retry may seal the batch again with another stamp. */
  seal(stamp: ProducerStamp): Uint8Array
}
