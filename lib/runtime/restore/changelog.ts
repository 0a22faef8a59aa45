import type { TaskId } from '../../model/task-id.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import type { ChangelogRecord } from '../../state/state-store.ts'
import type { StorePosition } from './store-positions.ts'

/** A record of a changelog, with its place there. */
export interface RestoredRecord extends ChangelogRecord {
  readonly offset: number
}

/** A partition to restore a store from. */
export interface Changelog {
  readonly partition: TopicPartition
  readonly storeName: string
  /** The task that has the store; null for a global store. */
  readonly taskId: TaskId | null
  /** The first offset to read: the position of the last checkpoint, or the earliest offset. */
  readonly start: number | 'earliest'
  /** What storage knows of the log up to `start`. Undefined if `start` does not come from storage. */
  readonly stored?: StorePosition | undefined
  /** Called when the restore begins, with the id that the broker gives the topic. */
  readonly begin?: ((topicId: string | undefined) => void) | undefined
  /**
   * The committed offset, if a source topic serves as the changelog. The restore ends there if the log is longer. Undefined: the
   * restore ends at the end of the log.
   */
  readonly endOffsetMax?: number | undefined
  /**
   * Takes records in the order of their offsets, as many as the budget of one turn allows. Returns the offset that it has reached:
   * that of the first record which it did not take, or `nextOffset`. The records from there on are given to it again. `nextOffset` also
   * moves without records, over markers and aborted transactions. Bytes are views of the fetched bytes, so keeping one keeps the whole
   * fetch in memory.
   */
  readonly apply: (records: readonly RestoredRecord[], nextOffset: number) => number
  /**
   * `last-of-key`: of the records that come together only the last one of each key is applied. `all`: every record is applied, for stores that keep
   * history (versioned ones) and for processors of global stores. Default `last-of-key`.
   */
  readonly records?: 'last-of-key' | 'all' | undefined
  /** Awaited first, with some records of a fetch, so that their serdes can fetch what they need. */
  readonly prepare?: ((records: readonly RestoredRecord[]) => Promise<void>) | undefined
  /** Stores what is restored so far, to free memory. Absent: that frees none. */
  readonly relieve?: (() => void) | undefined
  /** Called next: these records as the store is to take them. Default: as they are. */
  readonly accept?: ((records: readonly RestoredRecord[]) => readonly RestoredRecord[]) | undefined
}

/** Applies all records at once: nobody waits for a turn. */
export function applyAll(apply: Changelog['apply'], records: readonly RestoredRecord[], nextOffset: number): void {
  for (let rest = records; ;) {
    const reached = apply(rest, nextOffset)
    if (reached === nextOffset) return
    rest = rest.filter(({ offset }) => offset >= reached)
  }
}

/**
 * Is told about restores (Java: `StateRestoreListener`). Offsets are those of the changelog partition. Errors that it throws are
 * logged.
 */
export interface StateRestoreListener {
  /** A restore begins. It will read the records from `startOffset` (included) to `endOffset` (excluded). */
  onRestoreStart?(partition: TopicPartition, storeName: string, startOffset: number, endOffset: number): void
  /** This batch had `restored` records, superseded ones included. `nextOffset` is read next. */
  onBatchRestored?(partition: TopicPartition, storeName: string, nextOffset: number, restored: number): void
  /** The restore has ended: the store is up to date with its changelog. */
  onRestoreEnd?(partition: TopicPartition, storeName: string, totalRestored: number): void
  /** The task was closed or moved before the restore had ended. */
  onRestoreSuspended?(partition: TopicPartition, storeName: string, totalRestored: number): void
}
