import type { Clock } from '../../clock/clock.ts'
import { within } from '../../clock/within.ts'
import { assert } from '../../model/assert.ts'
import { StreamsError, type TransportError } from '../../model/errors.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import type { FetchedPartition, IsolationLevel } from '../../transport/fetcher.ts'
import type { ReadableRange } from '../../transport/readable-ranges.ts'
import { fetchedBytes, readableRanges } from '../../transport/readable-ranges.ts'
import { isPrepared, prepareReads } from '../serdes/prepare-serdes.ts'
import type { ThreadMeter } from '../metrics/thread-meter.ts'
import type { ManagedTask } from '../task/managed-task.ts'
import type { TaskManager } from '../task/task-manager.ts'
import type { HeldUpPartitions } from './held-up-partitions.ts'
import type { InputFetcher } from './input-fetcher.ts'
import type { LoopJobs } from './loop-jobs.ts'
import type { MemoryGate } from './memory-gate.ts'

export interface TaskInputOptions {
  readonly fetcher: Pick<InputFetcher, 'start' | 'take' | 'pause' | 'resume' | 'hasNews'>
  readonly tasks: Pick<TaskManager, 'owner' | 'reset'>
  readonly jobs: Pick<LoopJobs, 'postAfter'>
  readonly gate: Pick<MemoryGate, 'isOpen'>
  readonly clock: Clock
  /** Hears which partitions wait for transactions of others. Default: nobody does. */
  readonly heldUp?: Pick<HeldUpPartitions, 'note'> | undefined
  /** What is read of the input: the lag is up to the last stable offset with `read_committed`. */
  readonly isolationLevel: IsolationLevel
  /** A partition with more records than this in its task's queue is not fetched. */
  readonly bufferedRecordsPerPartition: number
  /** Serdes that take longer than this to prepare for records end the thread. */
  readonly maxPollIntervalMs: number
  /** Told what comes of which topic. Default: nobody is. */
  readonly meter?: Pick<ThreadMeter, 'consumed' | 'handedOver'> | undefined
}

/** The partition of a task that cannot be read any further. */
interface FailedInput {
  readonly managed: ManagedTask
  readonly partition: TopicPartition
  readonly error: TransportError
}

/** A partition whose next records wait for serdes or for an offset. */
interface HeldInput {
  readonly managed: ManagedTask
  readonly fetched: FetchedPartition
  /** What came of the partition meanwhile. */
  readonly answers: FetchedPartition[]
  readonly sinceMs: number
}

/** Gives fetched records to the tasks that read them, and pauses partitions whose tasks have enough (Java: `addRecordsToTasks`). */
export class TaskInput {
  readonly #options: TaskInputOptions
  readonly #paused = new Map<TopicPartition, ManagedTask>()
  readonly #held = new Map<TopicPartition, HeldInput>()
  readonly #closing = new AbortController()
  #failed: FailedInput | null = null
  #isHeldBack = false

  constructor(options: TaskInputOptions) {
    this.#options = options
  }

  /** True if a fetch has ended since the last `handOver`, with records or with an error. */
  get hasNews(): boolean {
    return this.#options.fetcher.hasNews
  }

  /** Bytes of the batches that wait for serdes. */
  get heldBytes(): number {
    return fetchedBytes([...this.#held.values()].flatMap(({ fetched, answers }) => [fetched, ...answers]))
  }

  /** Partitions whose records wait for serdes or for an offset, and since when. */
  get held(): readonly { readonly partition: TopicPartition; readonly sinceMs: number }[] {
    return [...this.#held].map(([partition, { sinceMs }]) => ({ partition, sinceMs }))
  }

  /** The error of a running task's partition that cannot be read, for example because of a corrupt batch; null if there is none. */
  get failure(): { readonly error: TransportError; readonly hasRecordsBefore: boolean } | null {
    if (this.#failed?.managed.state !== 'running') this.#failed = null
    if (this.#failed === null) return null
    const { managed, partition, error } = this.#failed
    return { error, hasRecordsBefore: managed.task.bufferedRecords(partition) > 0 }
  }

  /**
   * Gives the records of the last fetch to their tasks, while the next fetch is under way. Where serdes have to fetch schemas first,
   * the records follow as a job of the loop, and other partitions do not wait for them. Throws the error that ended the fetches.
   */
  handOver(): void {
    const { fetcher, gate } = this.#options
    // The gate is asked before `take`: what is taken counts for nobody until it is handed over.
    this.#isHeldBack = !gate.isOpen()
    const fetched = fetcher.take()
    if (!this.#isHeldBack) fetcher.start()
    for (const each of fetched) this.#take(each)
  }

  /** True if the next fetch waits for memory: nothing wakes the loop when there is room. */
  get isHeldBack(): boolean {
    return this.#isHeldBack
  }

  /** Resumes the paused partitions whose tasks have room again. */
  resume(): void {
    for (const [partition, managed] of this.#paused) {
      const isRunning = managed.state === 'running'
      if (isRunning && (this.#isFull(managed, partition) || this.#held.has(partition))) continue
      this.#paused.delete(partition)
      if (isRunning) this.#options.fetcher.resume(partition)
    }
  }

  /** Called when the loop has ended: nobody waits for serdes any more. */
  close(): void {
    this.#closing.abort()
  }

  #take(fetched: FetchedPartition): void {
    const managed = this.#options.tasks.owner(fetched)
    if (managed?.state !== 'running') return
    const partition = partitionOf(managed, fetched)
    const held = this.#held.get(partition)
    // A task that was made anew has the partitions of the closed one, and does not wait for it.
    if (held?.managed !== managed) return this.#hand(managed, partition, fetched)
    held.answers.push(fetched)
    this.#pause(managed, partition)
  }

  #hand(managed: ManagedTask, partition: TopicPartition, fetched: FetchedPartition): void {
    const { error } = fetched
    if (error?.kind === 'out-of-range') return this.#reset(this.#heldOf(managed, fetched), partition, error)
    if (error !== null) return error.kind === 'retriable' ? undefined : this.#fail(managed, partition, error)
    const reader = managed.task.reader(partition)
    const ranges = readableRanges(fetched, managed.task.fetchPosition(partition))
    const add = (): void => this.#add(managed, partition, fetched, ranges)
    if (isPrepared(reader)) return add()
    this.#hold(this.#heldOf(managed, fetched), partition, this.#limited(partition, prepareReads(reader, ranges)), add)
  }

  #heldOf(managed: ManagedTask, fetched: FetchedPartition): HeldInput {
    return { managed, fetched, answers: [], sinceMs: this.#options.clock.monotonic() }
  }

  /** Holds back what comes of the partition until `work` is done. The loop then applies its result. */
  #hold<T>(held: HeldInput, partition: TopicPartition, work: Promise<T>, apply: (result: T) => void): void {
    const { managed } = held
    this.#held.set(partition, held)
    this.#options.jobs.postAfter(work, (result) => {
      if (managed.state === 'running') apply(result())
      else held.answers.length = 0
      if (this.#held.get(partition) === held) this.#held.delete(partition)
      for (const each of held.answers) this.#take(each)
    })
  }

  /** What came of the partition meanwhile is of the offset that is gone, and is left out. */
  #reset(held: HeldInput, partition: TopicPartition, error: TransportError): void {
    this.#hold(held, partition, this.#options.tasks.reset(partition, error), (move) => {
      held.answers.length = 0
      move()
    })
  }

  #limited(partition: TopicPartition, work: Promise<void>): Promise<void> {
    const { clock, maxPollIntervalMs: limitMs } = this.#options
    return within(work, { clock, limitMs, late: () => serdeTimeout(partition, limitMs), signal: this.#closing.signal })
  }

  /** Stops fetching the partition, and keeps the error. The thread ends with it once the records before it are processed. */
  #fail(managed: ManagedTask, partition: TopicPartition, error: TransportError): void {
    this.#options.fetcher.pause(partition)
    this.#failed ??= { managed, partition, error }
  }

  #add(managed: ManagedTask, partition: TopicPartition, fetched: FetchedPartition, ranges: readonly ReadableRange[]): void {
    const { task } = managed
    for (const { batch, from, end } of ranges) task.addRecords(partition, batch, from, end)
    this.#options.meter?.consumed(managed, partition, recordsIn(ranges), fetchedBytes([fetched]))
    // An answer without batches tells of the lag, too: retention may have removed what was waited for (KIP-695).
    const isCommitted = this.#options.isolationLevel === 'read_committed'
    if (isCommitted) this.#options.heldUp?.note(fetched, task.fetchPosition(partition))
    const end = isCommitted ? fetched.lastStableOffset : fetched.highWatermark
    if (end >= 0) task.setLag(partition, Math.max(0, end - task.fetchPosition(partition)))
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

function recordsIn(ranges: readonly ReadableRange[]): number {
  let records = 0
  for (const { from, end } of ranges) records += Math.max(0, end - from)
  return records
}

function partitionOf({ partitions }: ManagedTask, { topic, partition }: FetchedPartition): TopicPartition {
  const found = partitions.find((each) => each.topic === topic && each.partition === partition)
  assert(found !== undefined, 'The owner of a partition reads it.')
  return found
}

function serdeTimeout({ topic, partition }: TopicPartition, limitMs: number): StreamsError {
  const message =
    `The serdes of ${topic}-${partition} have not prepared to read records for ${limitMs} ms (maxPollIntervalMs). ` +
    'Check that the schema registry answers.'
  return new StreamsError('STREAMS_SERDE_TIMEOUT', message, { facts: { topic, partition, limitMs } })
}
