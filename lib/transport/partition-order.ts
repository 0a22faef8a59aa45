import type { TopicPartition } from '../model/topic-partition.ts'
import { partitionKey } from '../model/topic-partition.ts'

/** Runs jobs of a partition one behind the other, in the order of calls. Jobs of different partitions run side by side. */
export class PartitionOrder {
  readonly #last = new Map<string, Promise<unknown>>()

  /** Settles as the job does. The job starts when the one before it has settled, well or not; at once where there is none. */
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
