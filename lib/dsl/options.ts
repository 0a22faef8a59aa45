import type { RecordContext } from '../model/record-context.ts'
import type { Serde } from '../model/serde.ts'
import type { TimestampExtractor } from '../processor/timestamp-extractor.ts'
import type { ChangelogOption, StoreMedium, StoreSpec, StoreSupplier } from '../state/store-spec.ts'
import type { AnyStore, AnyWindowStore } from '../topology/store-value.ts'
import type { OffsetReset, StreamPartitioner } from '../topology/topology-plan.ts'
import type { WriteSerde } from '../topology/topic-ref.ts'

/** Name of an operator's node, as `describe()` and internal topics show it. Default: generated, as Kafka generates it. */
export interface Named {
  readonly name: string
}

/** How a source is read (Java: `Consumed`). The serdes come with the topic. */
export interface Consumed {
  /** Name of the source node; a table's source is then called `<name>-source`, and its processor `<name>`. */
  readonly name?: string
  /** Default: the application's `defaultTimestampExtractor`. */
  readonly timestampExtractor?: TimestampExtractor
  /** Where to begin without a committed offset. Default: the application's setting. */
  readonly offsetReset?: OffsetReset
}

/** How a sink writes (Java: `Produced`). */
export interface Produced<K, V> {
  readonly name?: string
  readonly partitioner?: StreamPartitioner<K, V>
}

/** Picks the topic of each record; it must exist (Java: `TopicNameExtractor`). */
export type TopicChoice<K, V> = (value: V, key: K, context: RecordContext) => string

/** A sink that picks its topic by record. What has no serde takes the stream's, or the default. */
export interface DynamicTopic<K, V> {
  readonly topicName: TopicChoice<K, V>
  readonly key?: WriteSerde<K> | undefined
  readonly value?: WriteSerde<V> | undefined
}

/**
 * The serdes of a repartition topic, and its name: `<name>-repartition` (Java: `Grouped`). What is read back is what the serde
 * carries, so the value type after it is the serde's.
 */
export interface Grouped<K, V, VR = V> {
  readonly name?: string
  readonly key?: WriteSerde<K> | undefined
  readonly value?: (WriteSerde<V> & Serde<VR>) | undefined
}

/** {@link Grouped} of records with another key or value than before: their serdes do not travel along. */
export type GroupedAnew<K, V, VR, S extends 'key' | 'value'> = Grouped<K, V, VR> & {
  readonly [serde in S]: Grouped<K, V, VR>[serde]
}

/** Java: `Repartitioned`. */
export interface Repartitioned<K, V, VR = V> extends Grouped<K, V, VR> {
  /** Default: as many as the widest input of what writes it. */
  readonly partitions?: number
  readonly partitioner?: StreamPartitioner<K, V>
}

/** Stores that a table without windows can have. */
type TableStoreKind = 'key-value' | 'versioned'

/**
 * How a table is stored (Java: `Materialized`). A named one can be queried. Store values, as `timestampedKeyValueStore()` makes
 * them, are such options too, where they are of the kind that the operator needs; a table's store keeps timestamps in any case.
 */
export interface Materialized<K, V, VR = V, S extends StoreSpec['kind'] = TableStoreKind> {
  /** Store values say it; another one is the wrong store for the operator. */
  readonly kind?: S
  /** Name of the store, and of its changelog `<applicationId>-<name>-changelog`. Default: generated; not queryable. */
  readonly name?: string
  readonly key?: WriteSerde<K> | undefined
  /** What is read back is what the serde carries: the table's type. */
  readonly value?: (WriteSerde<V> & Serde<VR>) | undefined
  /** Default `enabled`; it holds nothing where the application's cache has no bytes. */
  readonly caching?: 'enabled' | 'disabled'
  /** Default: a changelog with Kafka's settings for its kind. */
  readonly changelog?: ChangelogOption
  /** Default: the application's. */
  readonly medium?: StoreMedium
  /** Windowed stores only, in ms. Default: what the windows need; less is an error. */
  readonly retentionMs?: number
  /**
   * Beside a window or session store value: retention of its changelog, in ms (Java: `withRetention` beside a supplier). Default, and least:
   * what the windows need.
   */
  readonly changelogRetentionMs?: number
  /** Key-value stores only: keeps so many entries, in memory, and deletes the least recently used (Java: `Stores.lruMap`). */
  readonly maxEntries?: number | undefined
  /** Matters with `compatibility: 'java'` only. Default `timestamped`. */
  readonly supplier?: StoreSupplier | undefined
}

/** Java: `Joined`. The serdes serve a repartition before the join; what is left out is the streams' own. */
export interface Joined<K, V> {
  readonly name?: string
  readonly key?: WriteSerde<K> | undefined
  readonly value?: WriteSerde<V> | undefined
  /**
   * How long a record waits for the table to catch up, in ms of stream time; it is then joined with what the table was at its time
   * (KIP-923). The table must be versioned, and its history at least as long. Default: records do not wait.
   */
  readonly graceMs?: number
}

/**
 * Java: `StreamJoined`. Both streams are kept in a store each, and a left or outer join has a third one for records that wait for a
 * partner. What is left out of the serdes is the streams' own. A joiner sees what the value serdes carry, V and VO or less.
 */
export interface StreamJoined<K, V, VO, VR = V, VOR = VO> {
  /** Beginning of the names of nodes and of repartition topics. */
  readonly name?: string
  /** Beginning of the names of the stores, and so of their changelogs. Default: generated. */
  readonly storeName?: string
  readonly key?: WriteSerde<K> | undefined
  /** Of this stream's values. */
  readonly value?: (WriteSerde<V> & Serde<VR>) | undefined
  /** Of the other stream's values. */
  readonly otherValue?: (WriteSerde<VO> & Serde<VOR>) | undefined
  /** Default: a changelog with Kafka's settings for its kind. */
  readonly changelog?: ChangelogOption
  /** Default: the application's. */
  readonly medium?: StoreMedium
  /**
   * The store of this stream, as `windowStore()` makes it: it keeps duplicates, `windowSizeMs` is the windows' `beforeMs + afterMs`, and
   * `retentionMs` their size and grace. Anything else is a `TopologyError` (`STREAMS_JOIN_STORE`).
   */
  readonly thisStore?: AnyWindowStore
  /** As `thisStore`, for the other stream. */
  readonly otherStore?: AnyWindowStore
}

/** Java: `TableJoined`: how the internal topics of a foreign-key join are partitioned. Both must name exactly one partition. */
export interface TableJoined<K, KO> {
  readonly name?: string
  /** For answers to the left table; must be how its topic is partitioned. Default: the partition that asked. */
  readonly partitioner?: StreamPartitioner<K, void>
  /** For subscriptions to the right table; must be how its topic is partitioned. Default: by key. */
  readonly otherPartitioner?: StreamPartitioner<KO, void>
}

/** Stores of a processor: names of stores that were added before, or stores to add. */
export interface Processed {
  readonly name?: string
  readonly stores?: readonly (string | AnyStore)[]
}

/** Stores of a table's transformer: names of stores that were added before. */
export interface Transformed {
  readonly name?: string
  readonly stores?: readonly string[]
}

/** Java: `Printed`. */
export interface Printed<K, V> {
  readonly name?: string
  /** Default: the name of the stream's node. */
  readonly label?: string
  /** Default: `key, value`. */
  readonly format?: (value: V, key: K) => string
  /** Takes each line, without its end. Default: standard output. */
  readonly write?: (line: string) => void
}
