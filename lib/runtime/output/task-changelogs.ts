import type { ChangelogSink } from '../../state/state-store.ts'
import type { RecordOutput } from './record-output.ts'

/** Where the stores of a task write their changelogs. */
export interface ChangelogOutput {
  /** Takes the records of one changelog topic. */
  sink(topic: string): ChangelogSink
  /** The offset after all records of a changelog that have been acknowledged; undefined while none has been. */
  nextOffset(topic: string): number | undefined
}

/** The changelogs of a task: of each topic the partition that has the task's number. */
export class TaskChangelogs implements ChangelogOutput {
  readonly #output: RecordOutput
  readonly #partition: number

  constructor(output: RecordOutput, partition: number) {
    this.#output = output
    this.#partition = partition
  }

  sink(topic: string): ChangelogSink {
    const output = this.#output.topic(topic)
    const partition = this.#partition
    return { append: (key, value, timestamp, headers) => output.append(partition, key, value, timestamp, headers) }
  }

  nextOffset(topic: string): number | undefined {
    return this.#output.topic(topic).nextOffset(this.#partition)
  }
}
