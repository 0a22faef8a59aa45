import type { TopicPartition } from '../../model/topic-partition.ts'
import { partitionKey } from '../../model/topic-partition.ts'
import { PriorityQueue } from './priority-queue.ts'
import type { RecordQueue } from './record-queue.ts'

/** A `maxTaskIdleMs` of this value: the task never waits for partitions without data. */
const neverIdle = -1

/** The record queues of a task. The queue whose first record has the smallest timestamp comes first (Java: `PartitionGroup`). */
export class PartitionGroup {
  readonly #maxTaskIdleMs: number
  readonly #queues = new Map<string, RecordQueue>()
  readonly #filled = new PriorityQueue<RecordQueue>(({ headTimestamp }) => headTimestamp)
  /** How many records of each queue's partition are still on the broker. A queue without an entry has an unknown lag. */
  readonly #lags = new Map<RecordQueue, number>()
  readonly #idleUntil = new Map<RecordQueue, number>()

  constructor(queues: readonly RecordQueue[], maxTaskIdleMs: number) {
    this.#maxTaskIdleMs = maxTaskIdleMs
    for (const queue of queues) this.addQueue(queue)
  }

  get queues(): Iterable<RecordQueue> {
    return this.#queues.values()
  }

  get hasRecords(): boolean {
    return this.#filled.size > 0
  }

  queue(partition: TopicPartition): RecordQueue | undefined {
    return this.#queues.get(partitionKey(partition))
  }

  addQueue(queue: RecordQueue): void {
    this.#queues.set(partitionKey(queue.partition), queue)
  }

  /** Adds records to a queue by `fill`. A queue that was empty takes its place in the order. */
  add(queue: RecordQueue, fill: () => void): void {
    const wasEmpty = queue.isEmpty
    fill()
    if (wasEmpty && !queue.isEmpty) this.#filled.offer(queue)
  }

  setLag(queue: RecordQueue, lag: number): void {
    this.#lags.set(queue, lag)
  }

  /** Undefined: it is not known. */
  lag(queue: RecordQueue): number | undefined {
    return this.#lags.get(queue)
  }

  /**
   * Takes out the queue with the next record: the caller takes that record, then calls `putBack`. Undefined: all queues are empty.
   */
  next(): RecordQueue | undefined {
    return this.#filled.poll()
  }

  putBack(queue: RecordQueue): void {
    if (!queue.isEmpty) this.#filled.offer(queue)
  }

  /**
   * Whether the next record may be processed now (KIP-695). If all partitions have records, it may. For a partition without records
   * the task waits while the broker still has some or its lag is unknown, and then for `maxTaskIdleMs` more of monotonic time.
   */
  isReady(monotonicMs: number): boolean {
    if (this.#filled.size === this.#queues.size || this.#maxTaskIdleMs === neverIdle) return this.hasRecords
    for (const queue of this.#queues.values()) if (!this.#isQueueReady(queue, monotonicMs)) return false
    return this.hasRecords
  }

  #isQueueReady(queue: RecordQueue, monotonicMs: number): boolean {
    if (!queue.isEmpty || this.#lags.get(queue) !== 0) {
      this.#idleUntil.delete(queue)
      return !queue.isEmpty
    }
    const until = this.#idleUntil.get(queue) ?? monotonicMs + this.#maxTaskIdleMs
    this.#idleUntil.set(queue, until)
    return monotonicMs >= until
  }
}
