import type { ByteSpan } from '../../model/byte-span.ts'
import type { Headers } from '../../model/headers.ts'

/** A key or value to write. Bytes that lie in a batch or in a table need no slice of their own. */
export type OutputBytes = Uint8Array | ByteSpan | null

/**
 * Takes the records that a task writes. Within a partition they keep the order of `append`. Implemented by a producer, and by the
 * test driver.
 */
export interface RecordOutput {
  /** The same name gives the same object. */
  topic(name: string): TopicOutput
  /**
   * The changelog of a store. At least once, its records are written after all that the task has written elsewhere by then: a store that
   * is restored never knows a change of which the output is lost. In a transaction they are written together.
   */
  changelog(name: string): TopicOutput
}

export interface TopicOutput {
  readonly name: string
  /** The number of partitions; 0 while it is unknown, as for a topic that only a record has named. */
  readonly partitions: number
  /**
   * Calls `write` once the number of partitions is known and `ready` has resolved, in the order of the calls. A missing topic, or a
   * rejection of `ready`, fails the next flush.
   */
  whenKnown(write: () => void, ready?: Promise<void>): void
  /** Writes a record. A timestamp of null stands for the time of writing. Key, value and headers are copied. */
  append(partition: number, key: OutputBytes, value: OutputBytes, timestamp: number | null, headers: Headers): void
  /** The offset after the last acknowledged record of this process; undefined before the first. */
  nextOffset(partition: number): number | undefined
}
