import type { TopicPartition } from '../model/topic-partition.ts'
import { partitionKey } from '../model/topic-partition.ts'

/** Runs the jobs of a partition one after the other, in the order of the calls. Jobs of different partitions run side by side. */
export class PartitionOrder {
  readonly #last = new Map<string, Promise<unknown>>()

  /**
   * Starts the job once the partition's previous job has settled, with success or not. The returned promise settles as the job
   * does.
   */
  run<T>(partition: TopicPartition, job: () => Promise<T>): Promise<T> {
    const key = partitionKey(partition)
    const before = this.#last.get(key)
    const running = before === undefined ? job() : before.then(job, job)
    this.#last.set(key, running)
    const isOver = (): void => {
      if (this.#last.get(key) === running) this.#last.delete(key)
    }
    running.then(isOver, isOver)
    return running
  }
}
