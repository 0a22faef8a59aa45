import type { Headers } from './headers.ts'
import { noHeaders } from './headers.ts'

/** What flows between operators (Java: `org.apache.kafka.streams.processor.api.Record`). Timestamp in ms since the epoch. */
export interface StreamRecord<K, V> {
  readonly key: K
  readonly value: V
  readonly timestamp: number
  readonly headers: Headers
}

/** Makes a record. All records come from here, so that the engine sees one object shape. */
export function streamRecord<K, V>(key: K, value: V, timestamp: number, headers: Headers = noHeaders): StreamRecord<K, V> {
  return { key, value, timestamp, headers }
}

/** Where a record came from (Java: `RecordMetadata`). Absent during punctuation. */
export interface RecordMetadata {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}
