import type { TaskId } from '../../model/task-id.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import type { StateStore } from '../../state/state-store.ts'
import type { OffsetCommit } from '../../transport/group-coordinator.ts'
import type { RecordBatch } from '../../transport/record-batch/record-batch.ts'
import type { RecordReader } from './record-reader.ts'
import type { StoreRestore } from './task-stores.ts'

/**
 * A task: its stores, and the partitions that it reads (Java: `Task`). An active task runs a sub-topology ({@link ActiveTask}); a
 * global task fills the global stores of a process. A task does its work synchronously.
 *
 * Life: `open` → the changelogs of all `restores()` are read → `start` → (`addRecords`, …)* → `close`.
 */
export interface Task {
  readonly id: TaskId
  readonly partitions: readonly TopicPartition[]
  /** Lets the task read this partition too. Idempotent. */
  addPartition(partition: TopicPartition): void
  /** Opens the stores, with the rows and positions that storage has. */
  open(): void
  /** The changelogs that must be read before `start`. A global task has none, because its partitions fill its stores. */
  restores(): readonly StoreRestore[]
  /**
   * Called when the stores are complete: initializes the processors. `committed`: the offsets that the group has committed for the
   * partitions.
   */
  start(committed: readonly OffsetCommit[]): void
  /** Takes records `from` up to `end` of a fetched batch, and moves the partition's position behind the batch. */
  addRecords(partition: TopicPartition, batch: RecordBatch, from: number, end: number): void
  /**
   * The offset after the last batch that was added; before the first, the offset where reading begins; −1 if that is not known yet.
   */
  fetchPosition(partition: TopicPartition): number
  /** The serdes that read a partition. They may have to fetch schemas before its records are added. */
  reader(partition: TopicPartition): Pick<RecordReader, 'key' | 'value'>
  store(name: string): StateStore | undefined
  /** Bytes of all stores that a checkpoint would free. */
  readonly dirtyBytes: number
  /** About how many bytes all stores hold in memory. */
  readonly storeBytes: number
  /** Closes processors and stores, and ends a checkpoint that is under way. Work is kept only if it was committed before. */
  close(): void
}

/** Where the reading of a partition begins. */
export interface PartitionStart extends TopicPartition {
  readonly offset: number
  readonly leaderEpoch: number
  /** The end of the partition, as far as it is known: a task waits for what is before it (KIP-695). */
  readonly end: number | undefined
}

/** Which record a task has processed. */
export interface ProcessedRecord extends TopicPartition {
  readonly offset: number
  readonly node: string
}

/**
 * A task that processes records, punctuates and commits (Java: `StreamTask`). A commit is `prepareCommit` → all output is
 * acknowledged → the offsets are committed → `postCommit`.
 */
export interface ActiveTask extends Task {
  /**
   * Called when the changelogs have been read, before `start`. The restored rows and their positions are written to storage; many of them in
   * slices, by `continueCheckpoint`.
   */
  restored(): void
  /** Awaited after `start` and before the first record, so that processors which serialize can fetch what they need. */
  prepare(): Promise<void>
  /** Sets the offset where reading of the partition begins: the committed offset, or the one that the reset policy gives. */
  seek(partition: TopicPartition, offset: number, leaderEpoch?: number): void
  /** Tells the task how many records of the partition are still on the broker (KIP-695). */
  setLag(partition: TopicPartition, lag: number): void
  bufferedRecords(partition: TopicPartition): number
  /** Records of the partition that are not processed yet: on the broker, as far as is known, and fetched. Undefined: it is not known. */
  backlog(partition: TopicPartition): number | undefined
  /** Bytes of the batches whose records wait to be processed. */
  readonly inputBytes: number
  readonly hasRecords: boolean
  /** False if the task has no records, or waits for a partition without data (KIP-695). Takes the clock's monotonic time. */
  isProcessable(monotonicMs: number): boolean
  /** The record that was processed last, with the source node that it came by. Null before the first. */
  readonly lastRecord: ProcessedRecord | null
  /**
   * Processes one record: the one with the smallest timestamp. The task must have records. `sampledMs`: the wall-clock time, if the age of
   * this record is to be measured; −1, the default: it is not.
   */
  process(sampledMs?: number): void
  /** Tells the metrics what was written since it was last called. It is called after each turn; `prepareCommit` does the same. */
  tellMetrics(): void
  /** Runs the stream-time punctuations that are due. Returns whether there were any. */
  punctuateStreamTime(): boolean
  /** Runs the punctuations that are due at this wall-clock time. Returns whether there were any. */
  punctuateWallClock(now: number): boolean
  /** When the next wall-clock punctuation is due; Infinity if none is scheduled. */
  readonly nextWallClockMs: number
  /** True if a processor has asked for a commit since the last one. */
  readonly isCommitRequested: boolean
  /** True if the task has processed or punctuated since the last commit. */
  readonly isCommitNeeded: boolean
  /** Flushes caches. The returned offsets may be committed once all output so far is acknowledged. */
  prepareCommit(): readonly OffsetCommit[]
  /** Called when the commit of `offsets` has succeeded. `checkpoint` decides whether stores are written to storage now. */
  postCommit(offsets: readonly OffsetCommit[], checkpoint: 'if-due' | 'always'): void
  /** Whether all stores of the task can take back what was not committed. */
  readonly canRollBack: boolean
  /**
   * Takes back all that the task did since the last commit: rows, stream time, and what processors have in memory, which are made anew. What
   * waits to be processed is forgotten. Returns where its partitions are to be read from. `prepare` follows, as after `start`.
   */
  rollBack(): readonly PartitionStart[]
  /** Writes the next slice of a checkpoint. Returns whether one is still under way. */
  continueCheckpoint(): boolean
}
