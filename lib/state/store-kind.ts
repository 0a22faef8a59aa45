import type { ChangelogRecord, StateStore, StateStoreContext } from './state-store.ts'
import type { StoreSpec, StoreView } from './store-spec.ts'

/**
 * Everything that the rest of Millrace knows about a kind of store. All kinds stand in one table, `storeKinds`. Runtime, topology
 * and queries look the kind of a store up there, and never branch on its name.
 */
export interface StoreKind<S extends StoreSpec = StoreSpec> {
  /** Opens a store for a task: the layers that its spec and the task ask for, with the typed face on top. */
  open(spec: S, context: StateStoreContext): StateStore
  /** The format that the store writes now. It is compared with the format that an earlier run has stored. */
  format(spec: S, context: StateStoreContext): StoreFormat
  /** Throws a `TopologyError` if applications of this compatibility cannot have such a store. Absent: all can. */
  check?(spec: S, options: Pick<ChangelogOptions, 'compatibility'>): void
  readonly changelog: StoreChangelog<S>
  /**
   * Which records of its changelog a restore applies. `last-of-key`: of the records that were fetched together, the last one of
   * each key. `all`: each record, because the last one of a key does not contain everything.
   */
  readonly restores: 'last-of-key' | 'all'
  /** When a commit flushes the store. `last`: after the stores whose caches may still forward records into it. */
  readonly flushes: 'first' | 'last'
  /** The read-only face that interactive queries get. Undefined: operators alone see such a store. */
  readonly view: StoreView | undefined
  /** `kept`: the store can be read as of an earlier time, so that a table on it takes late records (KIP-914). */
  readonly versions: 'kept' | 'none'
}

/** The formats of a store in words; they are compared as a whole. */
export interface StoreFormat {
  /**
   * The format of the changelog. A store whose stored format is another one cannot be opened, because it would misread the
   * changelog.
   */
  readonly changelog: string
  /** The format of the rows. Stored rows of another format are removed, and restored from the changelog. */
  readonly rows: string
}

/** What stands for a store in the name of its changelog. */
export interface ChangelogNames {
  readonly own: string
  /** What stands there where the store keeps its rows in another form, which this one cannot read. Undefined: there is no such form. */
  readonly otherForm?: string
}

/** The changelog of a store, as far as the kind decides it. */
interface StoreChangelog<S> {
  /**
   * `serialized`: a record's key is what the key serde writes. `composed`: the key has further parts, such as the start of a
   * window.
   */
  readonly keys: 'serialized' | 'composed'
  /** Default: the name of the store. */
  names?(spec: S): ChangelogNames
  /** Whether the record may have been written by a store of this kind. */
  holds(record: ChangelogRecord): boolean
  /** Kafka's `cleanup.policy`, which the application's own `topicConfig` may replace. */
  readonly cleanupPolicy: 'compact' | 'compact,delete'
  /** Kafka topic configuration that follows from the store; it takes precedence over the application's `topicConfig`. */
  topicConfig(spec: S, options: ChangelogOptions): Readonly<Record<string, string>>
}

export interface ChangelogOptions {
  /** `java`: as Kafka Streams even where compaction would lose rows. */
  readonly compatibility: 'safe' | 'java'
  /** Added to the retention of windows and sessions, because brokers delete by their own clock. In ms. */
  readonly windowStoreChangelogAdditionalRetentionMs: number
}
