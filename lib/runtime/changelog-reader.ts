import type { Clock } from '../clock/clock.ts'
import type { TaskId } from '../model/task-id.ts'
import type { TopicPartition } from '../model/topic-partition.ts'
import type { ChangelogRecord } from '../state/state-store.ts'
import type { Admin } from '../transport/admin.ts'
import type { Fetcher, FetchLimits } from '../transport/fetcher.ts'

/** Told about restores (Java: `StateRestoreListener`). Offsets are those of the changelog partition. Errors end the restore. */
export interface StateRestoreListener {
  /** Records from `startOffset` up to `endOffset`, excluded, are to be restored. */
  onRestoreStart?(partition: TopicPartition, storeName: string, startOffset: number, endOffset: number): void
  /** `restored` records of this batch were applied (superseded ones are counted too); `nextOffset` is read next. */
  onBatchRestored?(partition: TopicPartition, storeName: string, nextOffset: number, restored: number): void
  onRestoreEnd?(partition: TopicPartition, storeName: string, totalRestored: number): void
  /** The task was closed or moved before the restore had ended. */
  onRestoreSuspended?(partition: TopicPartition, storeName: string, totalRestored: number): void
}

export interface Changelog {
  readonly partition: TopicPartition
  readonly storeName: string
  /** Whose store it is; null: a global store. */
  readonly taskId: TaskId | null
  /** The next offset to read, as a checkpoint says. */
  readonly start: number | 'earliest'
  /** Restore ends here, or at the end of the log as of registration if that is less: the committed offset where a source topic is the changelog. */
  readonly endOffsetMax?: number | undefined
  /**
   * `superseded`: of each fetched batch of records only the last of a key is applied. `all`: every record in order, for stores
   * whose history matters (versioned, duplicates without sequence number), and for global processors.
   */
  readonly apply: (records: readonly ChangelogRecord[], nextOffset: number) => void
  /** Default `last-of-key`. */
  readonly records?: 'last-of-key' | 'all' | undefined
  /** Awaited before `apply` with the same records: fetches what their serdes need. */
  readonly prepare?: ((records: readonly ChangelogRecord[]) => Promise<void>) | undefined
}

export interface ChangelogReaderOptions {
  /** Opens the reader's own fetcher, at the first restore. */
  readonly openFetcher: () => Promise<Fetcher>
  readonly admin: Admin
  readonly clock: Clock
  readonly listener: StateRestoreListener
  /** `read_committed` under exactly-once. */
  readonly limits: Omit<FetchLimits, 'signal'>
  /** Pause after a retriable error. */
  readonly retryBackoffMs: number
  /** How long retriable errors may go on without progress before they are thrown. Java: `task.timeout.ms`. */
  readonly taskTimeoutMs: number
}

/** Restores stores from their changelog partitions, all that are registered at once, on a fetcher of its own. */
export class ChangelogReader {
  constructor(_options: ChangelogReaderOptions) {}

  /** From the next {@link restoreOnce} on this changelog is restored. */
  register(_changelog: Changelog): void {
    throw new Error('The body follows.')
  }

  /** Forgets a changelog whose task closes; `onRestoreSuspended` if it was under way. Nothing is applied to it any more. */
  unregister(_partition: TopicPartition): void {
    throw new Error('The body follows.')
  }

  get isIdle(): boolean {
    throw new Error('The body follows.')
  }

  /**
   * One step: looks up the ends of new changelogs, waits for at most one fetch, applies it, and answers the changelogs that are
   * complete now (they are forgotten). One call at a time; the loop keeps its promise beside its own work.
   */
  restoreOnce(): Promise<readonly Changelog[]> {
    throw new Error('The body follows.')
  }

  /** Ends a waiting fetch, suspends what is under way, closes the fetcher. */
  close(): Promise<void> {
    throw new Error('The body follows.')
  }
}
