import type { Headers } from './headers.ts'

/**
 * The input record that is being processed (Java: `ProcessorRecordContext`). Cached entries keep it, so that what a flush
 * forwards later carries the context of the update it stands for. During punctuation there is none: topic null, partition and offset −1.
 */
export interface RecordContext {
  readonly topic: string | null
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  readonly headers: Headers
  /** The record's bytes, where they are kept for dead letters. */
  readonly source?: SourceBytes
}

export interface SourceBytes {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
}
