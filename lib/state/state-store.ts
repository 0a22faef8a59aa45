import type { Clock } from '../clock/clock.ts'
import type { Counter, Metrics } from '../metrics/metrics.ts'
import type { Headers } from '../model/headers.ts'
import type { RecordContext } from '../model/record-context.ts'
import type { Serde } from '../model/serde.ts'
import type { TaskId } from '../model/task-id.ts'
import type { StorageEnvironment, StorageWrite } from '../storage/storage.ts'
import type { StoreSpec } from './store-spec.ts'

/** Where the changelogging layer writes; the runtime's record collector is behind it. A null timestamp: none is set (suppress buffers). */
export interface ChangelogSink {
  append(key: Uint8Array, value: Uint8Array | null, timestamp: number | null, headers: Headers): void
}

/** The thread's budget for record caches (KIP-63), shared by the stores of all its tasks. 0 bytes: caches hold nothing. */
export interface CacheBudget {
  readonly maxBytes: number
  /** Called by caches as they grow (+) and shrink (−); a budget that is exceeded asks the one that grew to evict. */
  charge(bytes: number, by: EvictableCache): void
  register(cache: EvictableCache): void
  unregister(cache: EvictableCache): void
}

export interface EvictableCache {
  readonly bytes: number
  /** Gives back about this many bytes: dirty entries are emitted first. */
  evict(bytes: number): void
}

/** What a store may know of the task that holds it. */
export interface StateStoreContext {
  readonly applicationId: string
  readonly taskId: TaskId
  /** The task's environment on disk (absent in a task that has none: test driver on memory). */
  readonly storage: StorageEnvironment
  /** The topic that serdes are told for keys and values of this store: its changelog, also where logging is off. */
  readonly changelogTopic: string
  /** Absent where logging is disabled, and where the source topic is the changelog. */
  readonly changelog: ChangelogSink | undefined
  readonly cache: CacheBudget
  readonly defaultMedium: 'memory' | 'disk'
  /** `java` copies Java where it loses data: after a restore its RocksDB stores overwrite duplicates. Default `safe`. */
  readonly compatibility?: 'safe' | 'java'
  /** Default serdes, and binding to the environment. */
  keySerde(serde: Serde<unknown> | undefined): Serde<unknown>
  valueSerde(serde: Serde<unknown> | undefined): Serde<unknown>
  /** The record being processed; replaced for each record. */
  recordContext(): RecordContext
  /** Runs `emit` as if `context` were being processed: what a cache flush forwards belongs to the update it stands for. */
  withRecordContext(context: RecordContext, emit: () => void): void
  /** Largest timestamp the task has seen; −1 before the first record. */
  streamTime(): number
  readonly droppedRecords: Counter
  readonly metrics: Metrics
  readonly clock: Clock
}

/** One record of a changelog, as restored. */
export interface ChangelogRecord {
  readonly key: Uint8Array
  readonly value: Uint8Array | null
  readonly timestamp: number
  readonly headers: Headers
}

/**
 * A store as its task sees it, whatever its kind. The typed faces (`KeyValueStore`, `WindowStore`) are the same object, or `store`.
 *
 * Life of a write: put → cache (emitted by `flush`, or at once where there is none) → changelog and write buffer, *open*
 * generation → `commit` makes it *committed* → `checkpoint` gives the committed writes to storage, in one transaction with the position.
 */
export interface StateStore {
  readonly name: string
  readonly spec: StoreSpec
  /** Emits what the cache holds, to the changelog and to the flush listener. */
  flush(): void
  /** The Kafka commit has succeeded: what is in the open generation is committed. */
  commit(): void
  /** Appends the committed generation's writes, sorted by key. They stay readable until `checkpointed`. */
  checkpoint(writes: StorageWrite[]): void
  /** The writes of the last `checkpoint` are in storage. */
  checkpointed(): void
  /** Bytes that a checkpoint would free, both generations. */
  readonly dirtyBytes: number
  /**
   * Applies changelog records, in offset order, before the first read or write of the task. They count as committed.
   * Nothing is logged or forwarded.
   */
  restore(records: readonly ChangelogRecord[]): void
  /** The values that the value serde will read in a record of the changelog, where they are not the record's value itself. */
  valuesIn?(record: ChangelogRecord): readonly Uint8Array[]
  /** Idempotent. Does not write anything. */
  close(): void
}
