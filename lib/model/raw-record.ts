import type { Headers } from './headers.ts'

/** A record of a topic as bytes, before it is deserialized. */
export interface RawRecord {
  /** The topic that the record was read from. */
  readonly topic: string
  /** The partition that the record was read from. */
  readonly partition: number
  /** The offset of the record. */
  readonly offset: number
  /** The record's time, in ms since the epoch. */
  readonly timestamp: number
  /** The record's key, in bytes. */
  readonly key: Uint8Array | null
  /** The record's value, in bytes. */
  readonly value: Uint8Array | null
  /** The record's headers. */
  readonly headers: Headers
}
