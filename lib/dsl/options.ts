import type { Serde } from '../model/serde.ts'
import type { TimestampExtractor } from '../processor/timestamp-extractor.ts'
import type { ChangelogOption, StoreMedium, StoreSpec, StoreSupplier } from '../state/store-spec.ts'
import type { AnyStore, AnyWindowStore } from '../state/store-value.ts'
import type { OffsetReset, StreamPartitioner } from '../topology/topology-plan.ts'
import type { WriteSerde } from '../topology/topic-ref.ts'

// Each call takes one object of options, as its last argument. In every call `name` is the name of the node, `store` is the
// operator's store, and `key` and `value` are serdes.

/** Options of an operator that has a name only (Java: `Named`). */
export interface Named {
  /**
   * Name of the operator's node, as `describe()` and internal topics show it. It makes no store. Default: generated, as Kafka
   * generates it.
   */
  readonly name?: string | undefined
}

/** How a source is read (Java: `Consumed`). The serdes come with the topic. */
export interface Consumed {
  /** Name of the source node; a table's source is then called `<name>-source`, and its processor `<name>`. It makes no store. */
  readonly name?: string | undefined
  /** Determines the timestamp of each record. Default: the application's `defaultTimestampExtractor`. */
  readonly timestampExtractor?: TimestampExtractor | undefined
  /** Where to begin reading if no offset is committed. Default: the application's setting. */
  readonly offsetReset?: OffsetReset | undefined
}

/** How a sink writes (Java: `Produced`). */
export interface Produced<K, V> {
  /** Name of the sink's node. Default: generated. */
  readonly name?: string | undefined
  /** Picks the partitions of each record. Default: Kafka's choice by key. */
  readonly partitioner?: StreamPartitioner<K, V> | undefined
}

/**
 * The serdes of a repartition topic, and its name: `<name>-repartition` (Java: `Grouped`). The grouped stream's values are read
 * from that topic, so their type is the type that the value serde reads.
 */
export interface Grouped<K, V, VR = V> {
  /**
   * Name of the repartition topic, without `-repartition`, and of the node that sets a new key. Default: the name of the store.
   */
  readonly name?: string | undefined
  /** Writes keys to the repartition topic. Default: the stream's serde, or the application's. */
  readonly key?: WriteSerde<K> | undefined
  /** Writes values to the repartition topic and reads them back. Default: the stream's serde, or the application's. */
  readonly value?: (WriteSerde<V> & Serde<VR>) | undefined
}

/** Options of a grouping by a new key. As {@link Grouped}, but both serdes of the repartition topic must be given. */
export interface GroupedAnew<K, V, VR = V> extends Grouped<K, V, VR> {
  /** Serde of the new key; `undefined` is the application's default. */
  readonly key: WriteSerde<K> | undefined
  /** Serde of the values; `undefined` is that of the stream, or the application's default. */
  readonly value: (WriteSerde<V> & Serde<VR>) | undefined
}

/** Options of `repartition()` (Java: `Repartitioned`). */
export interface Repartitioned<K, V, VR = V> extends Grouped<K, V, VR> {
  /** How many partitions the topic has. Default: as many as the largest input topic of the sub-topology that writes to it. */
  readonly partitions?: number | undefined
  /** Picks the partitions of each record. Default: Kafka's choice by key. */
  readonly partitioner?: StreamPartitioner<K, V> | undefined
}

/** Stores that a table without windows can have. */
type TableStoreKind = 'key-value' | 'versioned'

/** The store that an operator makes for its table. */
export interface TableStore {
  /** Not an option: an object with a `kind` is a store value. */
  readonly kind?: never
  /** Name of the store, and of its changelog `<applicationId>-<name>-changelog`. Default: generated; not queryable. */
  readonly name?: string | undefined
  /**
   * Whether updates go through the record cache. Default `enabled`. Without effect if the application's record cache has a size
   * of 0.
   */
  readonly caching?: 'enabled' | 'disabled' | undefined
  /** Whether the store has a changelog, and its topic configuration. Default: a changelog with Kafka's settings for its kind. */
  readonly changelog?: ChangelogOption | undefined
  /** Where the store keeps its rows. Default: the application's `defaultStoreMedium`. */
  readonly medium?: StoreMedium | undefined
  /** Java's supplier of the store. It makes a difference with `compatibility: 'java'` only. Default `timestamped`. */
  readonly supplier?: StoreSupplier | undefined
  /**
   * How many entries the store keeps. It then keeps them in memory, and deletes the least recently used entry first (Java:
   * `Stores.lruMap`). Default: no limit.
   */
  readonly maxEntries?: number | undefined
}

/** The store that an operator makes for its windows or sessions. */
export interface WindowedStore extends Omit<TableStore, 'maxEntries'> {
  /**
   * How long the store and its changelog keep windows, in ms. Default: as long as the windows need. A smaller value is an error.
   */
  readonly retentionMs?: number | undefined
  /** See {@link SlicedStore}. */
  readonly slices?: false | undefined
}

/**
 * The store of hopping windows that are kept as slices. Such a store has a row for each slice between two bounds of windows, and combines the slices of
 * a window when that is emitted or read. So a record costs one write, in whatever number of windows it is; an emission or a read costs as many
 * steps as a window has slices. It pays where a window has many records of a key, and overlaps many others.
 *
 * Results are those of windows with a row each, if the order of records does not matter to them: slices are combined in the order of time, not in that in
 * which records came. Updates go through the record cache, and have no `caching: 'disabled'` unless windows are emitted on close. If the application's record
 * cache has a size of 0, each update combines all windows of its record.
 *
 * The changelog is `<applicationId>-<name>-slices-changelog`. A store changes its form only under another name: an application with the
 * changelog of the other form is refused (`STREAMS_STORE_KIND_CHANGED`). Sliding, unlimited and tumbling windows, sessions, cogroups and applications with
 * `compatibility: 'java'` have no slices (`STREAMS_SLICES`).
 */
export interface SlicedStore extends Omit<WindowedStore, 'slices'> {
  /** Keeps overlapping windows as slices. */
  readonly slices: true
}

/** Options of `count` over hopping windows that are kept as slices. */
export interface CountedSlices<K> extends Omit<Materialized<K, number, number, 'window'>, 'store'> {
  /** The store of the slices. */
  readonly store: SlicedStore
}

/** Options of `reduce` over hopping windows that are kept as slices. */
export interface ReducedSlices<K, V, VR = V> extends Omit<Materialized<K, V, VR, 'window'>, 'store'> {
  /** The store of the slices. */
  readonly store: SlicedStore
  /** Says that the reducer is associative and commutative: neither grouping nor order of the values changes its result. */
  readonly associative: true
}

/** Options of `aggregate` over hopping windows that are kept as slices. */
export interface AggregatedSlices<K, V> extends Omit<Materialized<K, V, V, 'window'>, 'store'> {
  /** The store of the slices. */
  readonly store: SlicedStore
  /**
   * Combines the aggregates of two slices. Each of them began as the initial value. The result must not depend on how records are spread over slices, nor on
   * their order: `merger(a, b)` equals `merger(b, a)`, and is what the aggregator makes of all their records.
   */
  readonly merger: (left: V, right: V, key: K) => V
}

/**
 * A store value, as `timestampedKeyValueStore()` returns it. A table's store keeps timestamps, even if the store value does not.
 */
export interface StoreValue<K, V, VR, S extends StoreSpec['kind']> extends Omit<TableStore, 'kind' | 'name'> {
  /** Kind of the store. The operator accepts certain kinds only. */
  readonly kind: S
  /** Name of the store, and of its changelog. */
  readonly name: string
  /** Serde of keys. Default: that of the operator, or the application's. */
  readonly key?: WriteSerde<K> | undefined
  /** Serde of values. Default: that of the operator, or the application's. */
  readonly value?: (WriteSerde<V> & Serde<VR>) | undefined
}

/** Options of an operator that makes a table (Java: `Named` and `Materialized`). */
export interface Materialized<K, V, VR = V, S extends StoreSpec['kind'] = TableStoreKind> extends Named {
  /**
   * The table's store: its name, a store value, or options of the store that the operator makes. A store with a name can be
   * queried. Default: if the operator needs a store, the store gets a generated name.
   */
  readonly store?: string | (S extends TableStoreKind ? TableStore : WindowedStore) | StoreValue<K, V, VR, S> | undefined
  /** Serde of the table's keys. Default: that of the stream or table before, or the application's. */
  readonly key?: WriteSerde<K> | undefined
  /**
   * Serde of the table's values. The table's values have the type that this serde reads. Default: a serde that the operator
   * knows, or the application's.
   */
  readonly value?: (WriteSerde<V> & Serde<VR>) | undefined
  /** Not an option: a store value is given as `store`. */
  readonly kind?: never
}

/** How a topic is read as a table, and how the table is stored. The topic's serdes win over those that are given here. */
export interface ConsumedTable<K, V, S extends TableStoreKind = TableStoreKind> extends Consumed, Materialized<K, V, V, S> {
  readonly name?: string | undefined
}

/** Options of a join of a stream with a table (Java: `Joined`). The serdes serve a repartition before the join. */
export interface Joined<K, V> {
  /** Name of the join's node, and of its repartition topic. Default: generated. */
  readonly name?: string | undefined
  /** Writes keys to the repartition topic. Default: the stream's serde, or the application's. */
  readonly key?: WriteSerde<K> | undefined
  /** Writes values to the repartition topic. Default: the stream's serde, or the application's. */
  readonly value?: WriteSerde<V> | undefined
  /**
   * How long a record waits for the table to catch up, in ms of stream time. The record is then joined with the version of the
   * row at the record's timestamp (KIP-923). The table must be versioned, with a history at least as long as the grace. Default:
   * records do not wait.
   */
  readonly graceMs?: number | undefined
}

/** Options of the stores that a join of two streams makes. */
export interface StreamJoinStores {
  /** Beginning of the names of the stores, and so of their changelogs. Default: generated. */
  readonly name?: string | undefined
  /** Whether the store has a changelog, and its topic configuration. Default: a changelog with Kafka's settings for its kind. */
  readonly changelog?: ChangelogOption | undefined
  /** Where the store keeps its rows. Default: the application's `defaultStoreMedium`. */
  readonly medium?: StoreMedium | undefined
}

/**
 * Options of a join of two streams (Java: `StreamJoined`). Each stream's records are kept in a store. A left or outer join has a
 * third store, for records that wait for a partner. A joiner gets one value directly and the other one from a store, so each may
 * have the stream's type or the type that the serde reads.
 */
export interface StreamJoined<K, V, VO, VR = V, VOR = VO> {
  /** Beginning of the names of nodes and of repartition topics. Default: generated. */
  readonly name?: string | undefined
  /** Options of the stores that the join makes, or just the beginning of their names. */
  readonly store?: string | StreamJoinStores | undefined
  /** Serde of the keys of both streams. Default: that of a stream that has one, or the application's. */
  readonly key?: WriteSerde<K> | undefined
  /** Serde of this stream's values. Default: the stream's serde, or the application's. */
  readonly value?: (WriteSerde<V> & Serde<VR>) | undefined
  /** Serde of the other stream's values. Default: that stream's serde, or the application's. */
  readonly otherValue?: (WriteSerde<VO> & Serde<VOR>) | undefined
  /**
   * A store value for this stream's records, as `windowStore()` returns it. The store must keep duplicates. Its `windowSizeMs`
   * must be `beforeMs + afterMs` of the windows, and its `retentionMs` that size plus the grace. Any other store is a
   * `TopologyError` (`STREAMS_JOIN_STORE`).
   */
  readonly thisStore?: AnyWindowStore | undefined
  /** As `thisStore`, for the other stream. */
  readonly otherStore?: AnyWindowStore | undefined
}

/**
 * Options of a foreign-key join (Java: `TableJoined` and `Materialized`). The partitioners determine the partitions of the join's
 * internal topics. Each must return exactly one partition.
 */
export interface TableJoined<K, KO, VR> extends Materialized<K, VR> {
  /**
   * Partitioner of the answers to the left table. It must choose partitions as the producers of the left table's topic do. Default: an answer goes
   * to the partition that its subscription came from.
   */
  readonly partitioner?: StreamPartitioner<K, void> | undefined
  /**
   * Partitioner of the subscriptions to the right table. It must choose partitions as the producers of the right table's topic do. Default: Kafka's
   * choice by key.
   */
  readonly otherPartitioner?: StreamPartitioner<KO, void> | undefined
}

/** Options of `process()` and `processValues()`. */
export interface Processed {
  /** Name of the processor's node. Default: generated. */
  readonly name?: string | undefined
  /** Stores that the processor uses: names of stores that were added before, or store values, which are added. */
  readonly stores?: readonly (string | AnyStore)[] | undefined
}

/** Options of `transformValues`. */
export interface Transformed<K, VR> extends Materialized<K, VR> {
  /** Stores of the transformer: names of stores that were added before. */
  readonly stores?: readonly string[] | undefined
}

/** Options of `print()` (Java: `Printed`). */
export interface Printed<K, V> {
  /** Name of the printer's node. Default: generated. */
  readonly name?: string | undefined
  /** The text in brackets at the beginning of each line. Default: the name of the stream's node. */
  readonly label?: string | undefined
  /** Formats a record. Default: `key, value`. */
  readonly format?: ((value: V, key: K) => string) | undefined
  /** Is called with each line, without a line break. Default: writes to standard output. */
  readonly write?: ((line: string) => void) | undefined
}
