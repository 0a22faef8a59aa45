import type { TaskId } from '../../model/task-id.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import type { StateStore } from '../../state/state-store.ts'
import type { OffsetCommit } from '../../transport/group-coordinator.ts'
import type { RecordBatch } from '../../transport/record-batch/record-batch.ts'
import type { RecordReader } from './record-reader.ts'
import type { StoreRestore } from './task-stores.ts'

/**
 * A task, of whatever kind: stores, and partitions that it reads (Java: `Task`). An active task runs a sub-topology
 * ({@link ActiveTask}), a global one keeps the global stores of a process. A task is synchronous: nothing in it waits.
 *
 * Life: `open` → the changelogs of all `restores()` are read → `start` → (`addRecords`, …)* → `close`.
 */
export interface Task {
  readonly id: TaskId
  readonly partitions: readonly TopicPartition[]
  /** The task reads this partition as well. Idempotent. */
  addPartition(partition: TopicPartition): void
  /** Opens the stores at the positions where storage has them. */
  open(): void
  /** The changelogs that must be read before `start`; none where the partitions themselves fill the stores. */
  restores(): readonly StoreRestore[]
  /** The stores are complete: processors begin. `committed` is what the group has committed of the partitions. */
  start(committed: readonly OffsetCommit[]): void
  /** Takes records `from` up to `end` of a fetched batch, and moves the partition's position behind the batch. */
  addRecords(partition: TopicPartition, batch: RecordBatch, from: number, end: number): void
  /** The offset after the last batch that was added, or where reading begins; −1: not known yet. */
  fetchPosition(partition: TopicPartition): number
  /** The serdes that read a partition: they may fetch ahead what they need. */
  reader(partition: TopicPartition): Pick<RecordReader, 'key' | 'value'>
  store(name: string): StateStore | undefined
  /** Bytes of all stores that a checkpoint would free. */
  readonly dirtyBytes: number
  /** Gives what is committed to storage, rows and positions in one transaction. */
  checkpoint(): void
  /** Closes processors and stores, and writes nothing: what is to be kept was committed before. */
  close(): void
}

/**
 * A task that processes records, punctuates and commits (Java: `StreamTask`). A commit is `prepareCommit` → all output is
 * acknowledged → the offsets are committed → `postCommit`.
 */
export interface ActiveTask extends Task {
  /** Called after `start`, before the first record: processors that serialize fetch ahead what they need. */
  prepare(): Promise<void>
  /** Reading of the partition begins here: at the committed offset, or where the reset policy says. */
  seek(partition: TopicPartition, offset: number): void
  /** How many records of the partition are still on the broker (KIP-695). */
  setLag(partition: TopicPartition, lag: number): void
  bufferedRecords(partition: TopicPartition): number
  readonly hasRecords: boolean
  /** False where the task has no records, or waits for a partition without data (KIP-695). */
  isProcessable(now: number): boolean
  /** Processes one record: that with the smallest timestamp. Call it where `hasRecords`. */
  process(): void
  /** Runs stream-time punctuations that are due. Answers whether there were any. */
  punctuateStreamTime(): boolean
  /** Runs wall-clock punctuations that are due. Answers whether there were any. */
  punctuateWallClock(now: number): boolean
  /** When the next wall-clock punctuation is due; Infinity where none is. */
  readonly nextWallClockMs: number
  /** A processor has asked for a commit. */
  readonly isCommitRequested: boolean
  /** The task has processed or punctuated since the last commit. */
  readonly isCommitNeeded: boolean
  /** Flushes caches. The offsets it answers may be committed once all output so far is acknowledged. */
  prepareCommit(): readonly OffsetCommit[]
  /** The commit of `offsets` has succeeded. `checkpoint` decides whether storage is written now. */
  postCommit(offsets: readonly OffsetCommit[], checkpoint: 'if-due' | 'always'): void
}
