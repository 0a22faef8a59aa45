import type { Headers } from './headers.ts'
import { noHeaders } from './headers.ts'

/** A record between operators (Java: `org.apache.kafka.streams.processor.api.Record`). The timestamp is in ms since the epoch. */
export interface StreamRecord<K, V> {
  /** The key. */
  readonly key: K
  /** The value. */
  readonly value: V
  /** The record's time, in ms since the epoch. */
  readonly timestamp: number
  /** The record's headers. */
  readonly headers: Headers
}

/** Makes a record. All code makes records by this function, so that they all have the same object shape, which is faster. */
export function streamRecord<K, V>(key: K, value: V, timestamp: number, headers: Headers = noHeaders): StreamRecord<K, V> {
  return { key, value, timestamp, headers }
}

/** The topic, partition and offset of the input record (Java: `RecordMetadata`). Absent during punctuation. */
export interface RecordMetadata {
  /** The topic that the input record was read from. */
  readonly topic: string
  /** The partition that the input record was read from. */
  readonly partition: number
  /** The offset of the input record. */
  readonly offset: number
}
