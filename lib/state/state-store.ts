import type { Clock } from '../clock/clock.ts'
import type { OwnBytes } from '../kernel/own-bytes.ts'
import type { Counter, Metrics } from '../metrics/metrics.ts'
import type { ByteSpan } from '../model/byte-span.ts'
import type { Headers } from '../model/headers.ts'
import type { RecordContext } from '../model/record-context.ts'
import type { Serde } from '../model/serde.ts'
import type { TaskId } from '../model/task-id.ts'
import type { StorageEnvironment, StorageWrite } from '../storage/storage.ts'
import type { RestoreBudget } from './restore-budget.ts'
import type { StoreSpec } from './store-spec.ts'

/**
 * Takes the changelog records of one store; the runtime writes them. A timestamp of null (suppress buffers) stands for the time of
 * writing.
 */
export interface ChangelogSink {
  append(key: Uint8Array | ByteSpan, value: Uint8Array | ByteSpan | null, timestamp: number | null, headers: Headers): void
}

/** The bytes that the record caches of a thread may hold together (KIP-63). With 0 bytes stores have no caches. */
export interface CacheBudget {
  readonly maxBytes: number
  /** What they hold now. */
  readonly bytes: number
  /**
   * Called by a cache that has grown by this many bytes, or shrunk (negative). If the budget is exceeded, the cache that grew must
   * evict.
   */
  charge(bytes: number, by: EvictableCache): void
  register(cache: EvictableCache): void
  unregister(cache: EvictableCache): void
}

export interface EvictableCache {
  readonly bytes: number
  /** Removes entries of about this many bytes. Entries with unwritten updates are emitted before. */
  evict(bytes: number): void
}

/** The part of its task that a store sees. */
export interface StateStoreContext {
  readonly applicationId: string
  readonly taskId: TaskId
  /** The task's environment. The test driver has one in memory. */
  readonly storage: StorageEnvironment
  /** The topic that the store's serdes are told: the name of its changelog, even if logging is disabled. */
  readonly changelogTopic: string
  /** Undefined if logging is disabled, or if a source topic serves as the changelog. */
  readonly changelog: ChangelogSink | undefined
  readonly cache: CacheBudget
  /** The room in memory for rows that storage has, too: they are read without asking it. Absent: there is none. */
  readonly kept?: CacheBudget
  readonly defaultMedium: 'memory' | 'disk'
  /** Whether writes may have to be taken back (`StateStore.rollBack`). A store in memory then keeps what they replace. Absent: they need not. */
  readonly isTransactional?: boolean
  /** `java`: the store does as Java's, even where that loses data. Default `safe`. */
  readonly compatibility?: 'safe' | 'java'
  /** The serde to use for keys: this one, or the application's default, bound to its environment. */
  keySerde(serde: Serde<unknown> | undefined): Serde<unknown>
  valueSerde(serde: Serde<unknown> | undefined): Serde<unknown>
  /** The bytes that the key of the present record came in. Absent: they are not known. */
  readonly ownKey?: OwnBytes
  /** The context of the record that is being processed. Each record has a new one. */
  recordContext(): RecordContext
  /**
   * Runs `emit` while `context` counts as the record that is being processed. A flushed cache entry is forwarded with the context
   * of its own record.
   */
  withRecordContext(context: RecordContext, emit: () => void): void
  /** The largest timestamp that the task has processed; −1 before the first record. */
  streamTime(): number
  readonly droppedRecords: Counter
  readonly metrics: Metrics
  readonly clock: Clock
}

/** A record of a changelog, as a restore reads it. */
export interface ChangelogRecord {
  readonly key: Uint8Array
  readonly value: Uint8Array | null
  readonly timestamp: number
  readonly headers: Headers
}

/**
 * A store of any kind, as its task sees it. The same object is a `KeyValueStore`, a `WindowStore` … for operators.
 *
 * Life of a write: `put` gives it to the record cache, if the store has one. `flush` moves it on, to the changelog and to the
 * *open* generation of the lowest layer. `commit` makes the open generation *committed*. `checkpoint` gives the committed writes to
 * storage, in one transaction with the changelog position.
 */
export interface StateStore {
  readonly name: string
  readonly spec: StoreSpec
  /** Empties the record cache: its updates go to the changelog and to the flush listener. */
  flush(): void
  /** Called when the Kafka commit has succeeded. The open generation becomes committed. */
  commit(): void
  /**
   * Takes back all that was written since the last `commit`, what the cache has of it included. Called only of a store that was opened as
   * `isTransactional`, while no checkpoint is under way. Absent: the store cannot do that, and its task is made anew.
   */
  rollBack?: (() => void) | undefined
  /** Appends the committed writes to `writes`, sorted by key. The store still has them, until `checkpointed`. */
  checkpoint(writes: StorageWrite[]): void
  /**
   * As `checkpoint`, for many writes: begins one at once, and returns its rows in the order of their keys, about so many at a time. Each
   * part may be stored by itself, before the next one is asked for; an empty part is a step on the way. What goes with the positions, such as
   * stream time, is appended to `last`. A row that is stored without its changelog position is written again by the changelog after a crash,
   * which changes nothing. So it is for stores that have one, and whose rows are those of the last record of a key. Undefined: there are no
   * more than so many rows, or they go together.
   */
  checkpointSlices?(rows: number, last: StorageWrite[]): Generator<StorageWrite[], void> | undefined
  /** Called when storage has the writes of the last `checkpoint`, or of all its slices. The store may forget them. */
  checkpointed(): void
  /** The bytes of both generations, which are in memory until a checkpoint. */
  readonly dirtyBytes: number
  /** About how many bytes the store holds in memory: those writes, and all rows of a store in memory. Its cache counts apart. */
  readonly heldBytes: number
  /**
   * Applies records of the changelog, in the order of their offsets, before the task reads or writes. They count as committed. They are
   * neither logged nor forwarded. Ends when the budget is spent, after one record at least: returns how many were applied, so that the
   * caller can store these and come again with the rest. Default: all are applied.
   */
  restore(records: readonly ChangelogRecord[], budget?: RestoreBudget): number
  /** The bytes in a changelog record that the value serde will read. Absent if these are the record's value. */
  valuesIn?(record: ChangelogRecord): readonly Uint8Array[]
  /** Frees the memory of the store without writing anything. Idempotent. */
  close(): void
}
