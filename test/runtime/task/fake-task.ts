import type { TaskId } from '../../../lib/model/task-id.ts'
import { parseTaskId } from '../../../lib/model/task-id.ts'
import type { TopicPartition } from '../../../lib/model/topic-partition.ts'
import type { TaskOutput } from '../../../lib/runtime/output/task-output.ts'
import type { ManagedTask } from '../../../lib/runtime/task/managed-task.ts'
import { BoundSerde } from '../../../lib/runtime/serdes/serialization.ts'
import type { ActiveTask } from '../../../lib/runtime/task/task.ts'
import { Serdes } from '../../../lib/serde/serdes.ts'
import { MemoryStorageFactory } from '../../../lib/storage/memory/memory-storage.ts'
import type { OffsetCommit } from '../../../lib/transport/group-coordinator.ts'
import type { RecordBatch } from '../../../lib/transport/record-batch/record-batch.ts'
import { subtopology } from '../plan.ts'
import { Log } from '../task-fixture.ts'

/** An active task without a topology: it counts records, and writes down what is asked of it. */
export class FakeTask implements ActiveTask {
  readonly id: TaskId
  readonly partitions: TopicPartition[]
  /** What was asked of this task, and of others that share the list. */
  readonly calls: string[]
  buffered = 0
  processed = 0
  dirtyBytes = 0
  readonly storeBytes = 0
  readonly canRollBack = false
  readonly inputBytes = 0
  lag = 0
  nextWallClockMs = Infinity
  isCommitRequested = false
  isCommitNeeded = true
  /** Throws where a test wants a task that does not close well. */
  onClose = (): void => undefined
  #position = -1

  constructor(id: string, calls: string[] = []) {
    this.id = parseTaskId(id)
    this.partitions = [{ topic: `in-${this.id.subtopology}`, partition: this.id.partition }]
    this.calls = calls
  }

  get name(): string {
    return `${this.id.subtopology}_${this.id.partition}`
  }

  addPartition(partition: TopicPartition): void {
    this.partitions.push(partition)
  }

  open(): void {
    this.#note('open')
  }

  restores(): [] {
    return []
  }

  start(): void {
    this.#note('start')
  }

  async prepare(): Promise<void> {
    this.#note('prepare')
  }

  addRecords(_partition: TopicPartition, batch: RecordBatch, from: number, end: number): void {
    this.buffered += end - from
    this.#position = batch.nextOffset
  }

  backlog(): number {
    return this.lag + this.buffered
  }

  fetchPosition(): number {
    return this.#position
  }

  reader({ topic }: TopicPartition) {
    return {
      key: new BoundSerde(Serdes.bytes as never, topic, 'key'),
      value: new BoundSerde(Serdes.bytes as never, topic, 'value'),
    }
  }

  seek(_partition: TopicPartition, offset: number): void {
    this.#position = offset
  }

  setLag(_partition: TopicPartition, lag: number): void {
    this.lag = lag
  }

  bufferedRecords(): number {
    return this.buffered
  }

  get hasRecords(): boolean {
    return this.buffered > 0
  }

  isProcessable(): boolean {
    return this.buffered > 0
  }

  readonly lastRecord = { topic: 'in', partition: 0, offset: 7, node: 'SOURCE' }

  process(): void {
    this.buffered--
    this.processed++
  }

  tellMetrics(): void {}

  punctuateStreamTime(): boolean {
    return false
  }

  punctuateWallClock(now: number): boolean {
    if (now < this.nextWallClockMs) return false
    this.nextWallClockMs = Infinity
    this.#note(`punctuate at ${now}`)
    return true
  }

  prepareCommit(): readonly OffsetCommit[] {
    this.#note('prepareCommit')
    return this.partitions.map((partition) => ({ ...partition, offset: this.processed, leaderEpoch: -1, metadata: '' }))
  }

  postCommit(_offsets: readonly OffsetCommit[], checkpoint: 'if-due' | 'always'): void {
    this.#note(`postCommit ${checkpoint}`)
    this.isCommitNeeded = false
    this.isCommitRequested = false
  }

  store(): undefined {
    return undefined
  }

  continueCheckpoint(): boolean {
    return false
  }

  restored(): void {
    this.#note('restored')
  }

  rollBack(): [] {
    this.#note('rollBack')
    return []
  }

  close(): void {
    this.#note('close')
    this.onClose()
  }

  #note(call: string): void {
    this.calls.push(`${call} ${this.name}`)
  }
}

/** A fake task as a manager has it: running, where nothing else is said. */
/** The output of a task that has written nothing. */
export const settledOutput: TaskOutput = {
  checkSettled: () => true,
  checkHeldBack: () => false,
  discard: () => undefined,
  topic: (name) => new Log().topic(name),
  changelog: (name) => new Log().topic(name),
}

export function managed(task: FakeTask, state: ManagedTask['state'] = 'running'): ManagedTask {
  const { id, partitions } = task
  const storage = new MemoryStorageFactory().open(task.name)
  const fields = {
    subtopology: subtopologyOf(id),
    committed: [],
    topicIds: new Map<string, string>(),
    restoring: new Set<string>(),
  }
  return { ...fields, id, partitions, task, output: settledOutput, storage, state }
}

function subtopologyOf({ subtopology: number }: TaskId): ManagedTask['subtopology'] {
  return subtopology(number, [])
}
