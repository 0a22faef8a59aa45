import type { TopicPartition } from '../../model/topic-partition.ts'
import { partitionKey } from '../../model/topic-partition.ts'
import { PriorityQueue } from './priority-queue.ts'
import type { RecordQueue } from './record-queue.ts'

/** Never wait for partitions without data. */
const neverIdle = -1

/** The queues of a task; the smallest head timestamp comes first (Java: `PartitionGroup`). */
export class PartitionGroup {
  readonly #maxTaskIdleMs: number
  readonly #queues = new Map<string, RecordQueue>()
  readonly #filled = new PriorityQueue<RecordQueue>(({ headTimestamp }) => headTimestamp)
  /** Records on the broker that have not been fetched yet, where it is known. */
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

  /** Adds to a queue, and keeps it in line by its head. */
  add(queue: RecordQueue, fill: () => void): void {
    const wasEmpty = queue.isEmpty
    fill()
    if (wasEmpty && !queue.isEmpty) this.#filled.offer(queue)
  }

  setLag(queue: RecordQueue, lag: number): void {
    this.#lags.set(queue, lag)
  }

  /**
   * The queue with the next record; its `take` comes next, then `putBack`. Undefined where all are empty.
   */
  next(): RecordQueue | undefined {
    return this.#filled.poll()
  }

  putBack(queue: RecordQueue): void {
    if (!queue.isEmpty) this.#filled.offer(queue)
  }

  /**
   * KIP-695: whether a record may be processed though some partition has none. It may where the broker has none either, and
   * that for `maxTaskIdleMs`; a partition of unknown lag is waited for.
   */
  isReady(now: number): boolean {
    if (this.#filled.size === this.#queues.size || this.#maxTaskIdleMs === neverIdle) return this.hasRecords
    for (const queue of this.#queues.values()) if (!this.#isQueueReady(queue, now)) return false
    return this.hasRecords
  }

  #isQueueReady(queue: RecordQueue, now: number): boolean {
    if (!queue.isEmpty || this.#lags.get(queue) !== 0) {
      this.#idleUntil.delete(queue)
      return !queue.isEmpty
    }
    const until = this.#idleUntil.get(queue) ?? now + this.#maxTaskIdleMs
    this.#idleUntil.set(queue, until)
    return now >= until
  }
}
