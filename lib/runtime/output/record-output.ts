import type { Headers } from '../../model/headers.ts'

/** Where a task's records go, in the order of `append` per partition. Behind it: a producer's batches, or the test driver. */
export interface RecordOutput {
  /** The same name gives the same object. */
  topic(name: string): TopicOutput
}

export interface TopicOutput {
  readonly name: string
  /** 0 while it is not known yet: a topic that was named only by a record. */
  readonly partitions: number
  /**
   * Calls back in order of the calls, once the number of partitions is known, and `ready` has resolved; a topic that is not there, and
   * what `ready` rejects with, fail the next flush.
   */
  whenKnown(write: () => void, ready?: Promise<void>): void
  /** A null timestamp: the time of writing. Key, value and headers are copied. */
  append(partition: number, key: Uint8Array | null, value: Uint8Array | null, timestamp: number | null, headers: Headers): void
  /** The offset after the last acknowledged record of this process; undefined before the first. */
  nextOffset(partition: number): number | undefined
}
