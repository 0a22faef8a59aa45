import { assert } from '../../model/assert.ts'
import type { TransportError } from '../../model/errors.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import type { FetchedPartition } from '../../transport/fetcher.ts'
import { readableRanges } from '../../transport/readable-ranges.ts'
import { prepareReads } from '../serdes/prepare-serdes.ts'
import type { ManagedTask } from '../task/managed-task.ts'
import type { TaskManager } from '../task/task-manager.ts'
import type { InputFetcher } from './input-fetcher.ts'

export interface TaskInputOptions {
  readonly fetcher: Pick<InputFetcher, 'start' | 'take' | 'pause' | 'resume' | 'hasNews'>
  readonly tasks: Pick<TaskManager, 'owner' | 'reset'>
  /** A partition with more records than this in its task's queue is not fetched. */
  readonly bufferedRecordsPerPartition: number
}

/** The partition of a task that cannot be read any further. */
interface FailedInput {
  readonly managed: ManagedTask
  readonly partition: TopicPartition
  readonly error: TransportError
}

/** Brings what is fetched to the tasks that read it, and pauses partitions whose tasks have enough (Java: `addRecordsToTasks`). */
export class TaskInput {
  readonly #options: TaskInputOptions
  readonly #paused = new Map<TopicPartition, ManagedTask>()
  #failed: FailedInput | null = null

  constructor(options: TaskInputOptions) {
    this.#options = options
  }

  /** Something was fetched, or has failed, that `handOver` has not seen. */
  get hasNews(): boolean {
    return this.#options.fetcher.hasNews
  }

  /** A partition that a running task reads, and that cannot be read: a corrupt batch. Null where there is none. */
  get failure(): { readonly error: TransportError; readonly hasRecordsBefore: boolean } | null {
    if (this.#failed?.managed.state !== 'running') this.#failed = null
    if (this.#failed === null) return null
    const { managed, partition, error } = this.#failed
    return { error, hasRecordsBefore: managed.task.bufferedRecords(partition) > 0 }
  }

  /** Gives what has come to its tasks, while the next fetch is under way. Rejects with what ended the fetches. */
  async handOver(): Promise<void> {
    const { fetcher } = this.#options
    fetcher.start()
    const fetched = fetcher.take()
    fetcher.start()
    for (const each of fetched) await this.#take(each)
  }

  /** Partitions are fetched again when their tasks have worked off what was too much. */
  resume(): void {
    for (const [partition, managed] of this.#paused) {
      const isRunning = managed.state === 'running'
      if (isRunning && this.#isFull(managed, partition)) continue
      this.#paused.delete(partition)
      if (isRunning) this.#options.fetcher.resume(partition)
    }
  }

  async #take(fetched: FetchedPartition): Promise<void> {
    const managed = this.#options.tasks.owner(fetched)
    if (managed?.state !== 'running') return
    const { topic, partition, error } = fetched
    if (error === null) return this.#add(managed, fetched)
    if (error.kind === 'out-of-range') return this.#options.tasks.reset({ topic, partition })
    if (error.kind !== 'retriable') this.#fail(managed, fetched, error)
  }

  /** The records that were fetched before are still to be processed: until then it is not asked for again. */
  #fail(managed: ManagedTask, fetched: FetchedPartition, error: TransportError): void {
    const partition = partitionOf(managed, fetched)
    this.#options.fetcher.pause(partition)
    this.#failed ??= { managed, partition, error }
  }

  async #add(managed: ManagedTask, fetched: FetchedPartition): Promise<void> {
    const { task } = managed
    const partition = partitionOf(managed, fetched)
    const ranges = readableRanges(fetched, task.fetchPosition(partition))
    await prepareReads(task.reader(partition), ranges)
    for (const { batch, from, end } of ranges) task.addRecords(partition, batch, from, end)
    if (ranges.length > 0) task.setLag(partition, Math.max(0, fetched.highWatermark - task.fetchPosition(partition)))
    if (this.#isFull(managed, partition)) this.#pause(managed, partition)
  }

  #isFull({ task }: ManagedTask, partition: TopicPartition): boolean {
    return task.bufferedRecords(partition) > this.#options.bufferedRecordsPerPartition
  }

  #pause(managed: ManagedTask, partition: TopicPartition): void {
    this.#options.fetcher.pause(partition)
    this.#paused.set(partition, managed)
  }
}

function partitionOf({ partitions }: ManagedTask, { topic, partition }: FetchedPartition): TopicPartition {
  const found = partitions.find((each) => each.topic === topic && each.partition === partition)
  assert(found !== undefined, 'The owner of a partition reads it.')
  return found
}
