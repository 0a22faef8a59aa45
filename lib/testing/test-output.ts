import { viewOf } from '../model/byte-span.ts'
import type { Headers } from '../model/headers.ts'
import type { OutputBytes, RecordOutput, TopicOutput } from '../runtime/output/record-output.ts'

/** A record that a task has written, in bytes. The timestamp is null if the writer gave none, as suppress buffers do. */
export interface ProducedRecord {
  /** The topic that the record was written to. */
  readonly topic: string
  /** The partition that the record was written to. */
  readonly partition: number
  /** The key, in bytes. */
  readonly key: Uint8Array | null
  /** The value, in bytes. */
  readonly value: Uint8Array | null
  /** The timestamp in ms since the epoch. Null if the writer gave none. */
  readonly timestamp: number | null
  /** The record's headers. */
  readonly headers: Headers
}

/** Collects the records that tasks write, in their order across topics. */
export class TestOutput implements RecordOutput {
  readonly #partitionsOf: (topic: string) => number
  readonly #earlier: readonly ProducedRecord[]
  readonly #topics = new Map<string, TopicOutput>()
  #produced: ProducedRecord[] = []

  /** `earlier` has records that the topics contain from the start. The offsets of new records follow theirs. */
  constructor(partitionsOf: (topic: string) => number, earlier: readonly ProducedRecord[]) {
    this.#partitionsOf = partitionsOf
    this.#earlier = earlier
  }

  topic(name: string): TopicOutput {
    const existing = this.#topics.get(name)
    if (existing !== undefined) return existing
    const topic = this.#newTopic(name)
    this.#topics.set(name, topic)
    return topic
  }

  changelog(name: string): TopicOutput {
    return this.topic(name)
  }

  /** Returns the records that were written since the last call. */
  drain(): readonly ProducedRecord[] {
    const produced = this.#produced
    this.#produced = []
    return produced
  }

  #newTopic(name: string): TopicOutput {
    const nextOffsets = new Map<number, number>()
    return {
      name,
      partitions: this.#partitionsOf(name),
      whenKnown: (write) => write(),
      nextOffset: (partition) => nextOffsets.get(partition),
      append: (partition, key, value, timestamp, headers) => {
        if (timestamp !== null && timestamp < 0)
          throw new TypeError(`A record for topic ${name} has the timestamp ${timestamp}: give it ms since the epoch.`)
        nextOffsets.set(partition, (nextOffsets.get(partition) ?? this.#earlierIn(name, partition)) + 1)
        this.#produced.push({ topic: name, partition, key: copied(key), value: copied(value), timestamp, headers })
      },
    }
  }

  #earlierIn(topic: string, partition: number): number {
    return this.#earlier.filter((each) => each.topic === topic && each.partition === partition).length
  }
}

/** Stores hand out bytes of their memory, which the next write changes. */
function copied(bytes: OutputBytes): Uint8Array | null {
  return bytes && Buffer.from(viewOf(bytes))
}
