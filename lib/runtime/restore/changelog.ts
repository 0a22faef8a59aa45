import type { TaskId } from '../../model/task-id.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import type { ChangelogRecord } from '../../state/state-store.ts'

/** A record of a changelog, with its place there. */
export interface RestoredRecord extends ChangelogRecord {
  readonly offset: number
}

/** A partition to restore a store from. */
export interface Changelog {
  readonly partition: TopicPartition
  readonly storeName: string
  /** Whose store it is; null: a global store. */
  readonly taskId: TaskId | null
  /** The next offset to read, as a checkpoint says. */
  readonly start: number | 'earliest'
  /**
   * Restore ends here, or at the end of the log as of registration where that is less: the committed offset, where a source topic
   * is the changelog.
   */
  readonly endOffsetMax?: number | undefined
  /**
   * Takes records in the order of their offsets; `nextOffset` is where to go on, and moves without records too (markers, aborted
   * transactions). Bytes are views of what was fetched: keeping one keeps all of it.
   */
  readonly apply: (records: readonly RestoredRecord[], nextOffset: number) => void
  /**
   * `last-of-key`: of the records fetched at once only the last of each key is applied. `all`: every record, for stores whose
   * history matters (versioned ones) and for processors of global stores. Default `last-of-key`.
   */
  readonly records?: 'last-of-key' | 'all' | undefined
  /** Awaited before `apply` with the same records: fetches what their serdes need. */
  readonly prepare?: ((records: readonly RestoredRecord[]) => Promise<void>) | undefined
}

/** Told about restores (Java: `StateRestoreListener`). Offsets are those of the changelog partition. What it throws ends the restore. */
export interface StateRestoreListener {
  /** Records from `startOffset` up to `endOffset`, excluded, are to be restored. */
  onRestoreStart?(partition: TopicPartition, storeName: string, startOffset: number, endOffset: number): void
  /** `restored` records came with this batch, superseded ones included; `nextOffset` is read next. */
  onBatchRestored?(partition: TopicPartition, storeName: string, nextOffset: number, restored: number): void
  /** Called when the store has all that its changelog has. */
  onRestoreEnd?(partition: TopicPartition, storeName: string, totalRestored: number): void
  /** The task was closed or moved before the restore had ended. */
  onRestoreSuspended?(partition: TopicPartition, storeName: string, totalRestored: number): void
}
