import type { Clock } from '../../clock/clock.ts'
import type { PartitionOutput } from './partition-output.ts'
import { stuckMs } from './partition-output.ts'
import type { ProducerTopic } from './producer-topic.ts'
import type { RecordOutput, TopicOutput } from './record-output.ts'

/** The output of one task. Only what this task has written decides whether it can be committed, and whether it may go on. */
export interface TaskOutput extends RecordOutput {
  /** Looks what is acknowledged by now. True if all is that the task has written. */
  checkSettled(): boolean
  /**
   * Looks whether the task has to wait: a partition that it writes to, or a topic that it has named, does not answer. Then it waits until
   * all that it has written is acknowledged. Otherwise a partition that is always late would never let it be committed.
   */
  checkHeldBack(): boolean
  /** Called when the work of the task is given up. What waits until more is known of its topic is not written any more. */
  discard(): void
}

/** Notes to which partitions a task writes. */
export class NotedOutput implements TaskOutput {
  readonly #topicOf: (name: string) => ProducerTopic
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #topics = new Map<string, TopicOutput>()
  readonly #written = new Set<PartitionOutput>()
  #last: PartitionOutput | undefined
  /** Records that wait until more is known of their topic, and since when. */
  #waiting = 0
  #waitingSinceMs = 0
  #isHeldBack = false
  #discarded = 0

  constructor(topicOf: (name: string) => ProducerTopic, clock: Pick<Clock, 'monotonic'>) {
    this.#topicOf = topicOf
    this.#clock = clock
  }

  topic(name: string): TopicOutput {
    const topic = this.#topics.get(name) ?? this.#open(this.#topicOf(name))
    this.#topics.set(name, topic)
    return topic
  }

  checkSettled(): boolean {
    for (const partition of this.#written) if (partition.isSettled) this.#written.delete(partition)
    this.#last = undefined
    return this.#waiting === 0 && this.#written.size === 0
  }

  checkHeldBack(): boolean {
    this.#isHeldBack = this.#isHeldBack ? !this.checkSettled() : this.#isStuck()
    return this.#isHeldBack
  }

  discard(): void {
    this.#discarded++
    this.#written.clear()
    this.#last = undefined
    this.#waiting = 0
    this.#isHeldBack = false
  }

  #isStuck(): boolean {
    const nowMs = this.#clock.monotonic()
    if (this.#waiting > 0 && nowMs - this.#waitingSinceMs >= stuckMs) return true
    for (const partition of this.#written) if (partition.isStuck(nowMs)) return true
    return false
  }

  #open(topic: ProducerTopic): TopicOutput {
    const note = (partition: number): void => this.#note(topic.partition(partition))
    return {
      name: topic.name,
      get partitions() {
        return topic.partitions
      },
      whenKnown: (write, ready) => topic.whenKnown(this.#counted(write), ready),
      append(partition, key, value, timestamp, headers) {
        topic.append(partition, key, value, timestamp, headers)
        note(partition)
      },
      nextOffset: (partition) => topic.nextOffset(partition),
    }
  }

  #counted(write: () => void): () => void {
    if (this.#waiting++ === 0) this.#waitingSinceMs = this.#clock.monotonic()
    const discarded = this.#discarded
    return () => {
      if (discarded !== this.#discarded) return
      this.#waiting--
      write()
    }
  }

  #note(partition: PartitionOutput): void {
    if (partition === this.#last) return
    this.#written.add(partition)
    this.#last = partition
  }
}
