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

/** Gives fetched records to the tasks that read them, and pauses partitions whose tasks have enough (Java: `addRecordsToTasks`). */
export class TaskInput {
  readonly #options: TaskInputOptions
  readonly #paused = new Map<TopicPartition, ManagedTask>()
  #failed: FailedInput | null = null

  constructor(options: TaskInputOptions) {
    this.#options = options
  }

  /** True if a fetch has ended since the last `handOver`, with records or with an error. */
  get hasNews(): boolean {
    return this.#options.fetcher.hasNews
  }

  /** The error of a running task's partition that cannot be read, for example because of a corrupt batch; null if there is none. */
  get failure(): { readonly error: TransportError; readonly hasRecordsBefore: boolean } | null {
    if (this.#failed?.managed.state !== 'running') this.#failed = null
    if (this.#failed === null) return null
    const { managed, partition, error } = this.#failed
    return { error, hasRecordsBefore: managed.task.bufferedRecords(partition) > 0 }
  }

  /**
   * Gives the records of the last fetch to their tasks, while the next fetch is under way. Rejects with the error that ended the
   * fetches.
   */
  async handOver(): Promise<void> {
    const { fetcher } = this.#options
    fetcher.start()
    const fetched = fetcher.take()
    fetcher.start()
    for (const each of fetched) await this.#take(each)
  }

  /** Resumes the paused partitions whose tasks have room again. */
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

  /** Stops fetching the partition, and keeps the error. The thread ends with it once the records before it are processed. */
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
    // An answer without batches tells of the lag, too: retention may have removed what was waited for (KIP-695).
    if (fetched.highWatermark >= 0) task.setLag(partition, Math.max(0, fetched.highWatermark - task.fetchPosition(partition)))
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
