import type { ByteSpan } from '../../model/byte-span.ts'
import type { Headers } from '../../model/headers.ts'

/**
 * A codec of record batches. Node has gzip and zstd; `snappy` and `lz4` need optional packages: without them, opening a producer
 * fails.
 */
export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'

/** The identity of a batch's producer, and the batch's first sequence number. All are −1 if the producer is not idempotent. */
export interface ProducerStamp {
  /** Id that the broker has given to the producer. */
  readonly producerId: number
  /** Epoch of the producer. A broker refuses older ones. */
  readonly producerEpoch: number
  /** Sequence number of the first record of the batch in its partition. */
  readonly baseSequence: number
  /** Whether the batch belongs to a transaction. */
  readonly isTransactional: boolean
}

/**
 * A batch for one partition, to which records are appended. The batch has the bytes of Kafka's protocol from the beginning. The
 * producer stamps it with its id and a sequence number when it sends it.
 */
export interface ProduceBatch {
  /** Number of records so far. */
  readonly count: number
  /** The size of the batch so far, its header included. */
  readonly byteLength: number
  /**
   * Appends a record; its bytes are copied. `timestamp` is in ms since the epoch. Throws a `TypeError` if it is not a safe integer >= 0.
   */
  append(key: Uint8Array | ByteSpan | null, value: Uint8Array | ByteSpan | null, timestamp: number, headers: Headers): void
  /** Writes header and checksum, and returns the bytes of the batch. A retry may seal the batch again with another stamp. */
  seal(stamp: ProducerStamp): Uint8Array
  /**
   * Called by a producer when the batch is acknowledged, so that its memory serves the next one. `count` and `byteLength` stay; its bytes are
   * gone. Absent: its memory is left to the garbage collector.
   */
  release?(): void
}
