import type { Headers } from './headers.ts'

/**
 * The place, time and headers of the input record that is being processed (Java: `ProcessorRecordContext`). The record cache
 * keeps it with each entry, so that a later flush forwards the entry with the context of its update. During punctuation there is
 * no record: topic is null, partition and offset are −1.
 */
export interface RecordContext {
  /** The topic that the record was read from. */
  readonly topic: string | null
  /** The partition that the record was read from. */
  readonly partition: number
  /** The offset of the record. */
  readonly offset: number
  /** The record's time, in ms since the epoch. */
  readonly timestamp: number
  /** The record's headers. */
  readonly headers: Headers
  /** The bytes of the record. They are kept only if dead letters need them. */
  readonly source?: SourceBytes
}

export interface SourceBytes {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
}
