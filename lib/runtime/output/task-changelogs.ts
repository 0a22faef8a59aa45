import type { ChangelogSink } from '../../state/state-store.ts'
import type { RecordOutput } from './record-output.ts'

/** Takes the changelog records of a task's stores. */
export interface ChangelogOutput {
  /** Takes the records of one changelog topic. */
  sink(topic: string): ChangelogSink
  /** The offset after the last acknowledged record of a changelog; undefined before the first. */
  nextOffset(topic: string): number | undefined
}

/** Writes the changelogs of a task to an output: of each topic the partition that has the task's number. */
export class TaskChangelogs implements ChangelogOutput {
  readonly #output: RecordOutput
  readonly #partition: number

  constructor(output: RecordOutput, partition: number) {
    this.#output = output
    this.#partition = partition
  }

  sink(topic: string): ChangelogSink {
    const output = this.#output.changelog(topic)
    const partition = this.#partition
    return { append: (key, value, timestamp, headers) => output.append(partition, key, value, timestamp, headers) }
  }

  nextOffset(topic: string): number | undefined {
    return this.#output.changelog(topic).nextOffset(this.#partition)
  }
}
