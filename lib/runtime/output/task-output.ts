import type { Clock } from '../../clock/clock.ts'
import type { Before, PartitionOutput } from './partition-output.ts'
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
  /**
   * Called when the work of the task is given up. What waits until more is known of its topic is not written any more, nor are records of
   * changelogs that are not sent yet.
   */
  discard(): void
}

export interface NotedOutputOptions {
  readonly topicOf: (name: string) => ProducerTopic
  readonly answerTime: Pick<Clock, 'monotonic'>
  /** Whether batches of changelogs wait until other output is acknowledged. */
  readonly changelogs: 'after-output' | 'with-output'
}

/** Notes to which partitions a task writes. */
export class NotedOutput implements TaskOutput {
  readonly #options: NotedOutputOptions
  readonly #topics = new Map<string, TopicOutput>()
  readonly #written = new Set<PartitionOutput>()
  #last: PartitionOutput | undefined
  /** Records that wait until more is known of their topic, and since when. */
  #waiting = 0
  #waitingSinceMs = 0
  #noneWaits = Promise.withResolvers<void>()
  #isHeldBack = false
  #discarded = 0
  /** What batches of changelogs wait for. */
  #before: Before

  constructor(options: NotedOutputOptions) {
    this.#options = options
    this.#before = this.#untilDiscarded()
  }

  topic(name: string): TopicOutput {
    return this.#opened(name, () => null)
  }

  changelog(name: string): TopicOutput {
    return this.#opened(name, this.#options.changelogs === 'after-output' ? () => this.#before : () => null)
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
    this.#before = this.#untilDiscarded()
    this.#tellNoneWaits()
    // Other output is sent all the same. The records that have written both are processed again.
    for (const partition of this.#written) if (partition.before !== null) partition.open = null
    this.#written.clear()
    this.#last = undefined
    this.#waiting = 0
    this.#isHeldBack = false
  }

  /** For batches of changelogs: all other output of the task is sent and acknowledged. False: the work was given up meanwhile. */
  #untilDiscarded(): Before {
    const discarded = this.#discarded
    return async () => {
      // The record that wrote to the changelog may still be processed, and its output follows in the same turn.
      await Promise.resolve()
      while (this.#waiting > 0 && discarded === this.#discarded) await this.#noneWaits.promise
      if (discarded === this.#discarded) await Promise.all(this.#sendOutput())
      return discarded === this.#discarded
    }
  }

  #sendOutput(): Promise<void>[] {
    const output = [...this.#written].filter(({ before, isSettled }) => before === null && !isSettled)
    for (const partition of output) this.#options.topicOf(partition.at.topic).send(partition)
    return output.map(({ last }) => last)
  }

  #isStuck(): boolean {
    const nowMs = this.#options.answerTime.monotonic()
    if (this.#waiting > 0 && nowMs - this.#waitingSinceMs >= stuckMs) return true
    for (const partition of this.#written) if (partition.isStuck(nowMs)) return true
    return false
  }

  #opened(name: string, before: () => Before | null): TopicOutput {
    const topic = this.#topics.get(name) ?? this.#open(this.#options.topicOf(name), before)
    this.#topics.set(name, topic)
    return topic
  }

  #open(topic: ProducerTopic, before: () => Before | null): TopicOutput {
    const note = (partition: number): void => this.#note(topic.partition(partition), before)
    return {
      name: topic.name,
      get partitions() {
        return topic.partitions
      },
      whenKnown: (write, ready) => topic.whenKnown(this.#counted(write), ready),
      append(partition, key, value, timestamp, headers) {
        note(partition)
        topic.append(partition, key, value, timestamp, headers)
      },
      nextOffset: (partition) => topic.nextOffset(partition),
    }
  }

  #counted(write: () => void): () => void {
    if (this.#waiting++ === 0) this.#waitingSinceMs = this.#options.answerTime.monotonic()
    const discarded = this.#discarded
    return () => {
      if (discarded !== this.#discarded) return
      this.#waiting--
      write()
      if (this.#waiting === 0) this.#tellNoneWaits()
    }
  }

  #tellNoneWaits(): void {
    this.#noneWaits.resolve()
    this.#noneWaits = Promise.withResolvers<void>()
  }

  #note(partition: PartitionOutput, before: () => Before | null): void {
    if (partition === this.#last) return
    partition.before = before()
    this.#written.add(partition)
    this.#last = partition
  }
}
