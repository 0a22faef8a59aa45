import type { Headers } from './headers.ts'

/**
 * The input record that is being processed (Java: `ProcessorRecordContext`). Cached entries keep it, so that what a flush
 * forwards later carries the context of the update it stands for. During punctuation there is none: topic null, partition and offset −1.
 */
export interface RecordContext {
  /** The topic that the record was read from. */
  readonly topic: string | null
  /** The partition that the record was read from. */
  readonly partition: number
  /** Where in its partition the record stands. */
  readonly offset: number
  /** The record's time, in ms since the epoch. */
  readonly timestamp: number
  /** The record's headers. */
  readonly headers: Headers
  /** The record's bytes, where they are kept for dead letters. */
  readonly source?: SourceBytes
}

export interface SourceBytes {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
}
