import type { Serde } from '../model/serde.ts'
import type { TimestampExtractor } from '../processor/timestamp-extractor.ts'
import type { ChangelogOption, StoreMedium, StoreSpec, StoreSupplier } from '../state/store-spec.ts'
import type { AnyStore, AnyWindowStore } from '../state/store-value.ts'
import type { OffsetReset, StreamPartitioner } from '../topology/topology-plan.ts'
import type { WriteSerde } from '../topology/topic-ref.ts'

// Each call takes one object of options, as its last argument. In all of them `name` is the node, `store` is the operator's store,
// `key` and `value` are serdes.

/** Java: `Named`. */
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
  /** Default: the application's `defaultTimestampExtractor`. */
  readonly timestampExtractor?: TimestampExtractor | undefined
  /** Where to begin without a committed offset. Default: the application's setting. */
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
 * The serdes of a repartition topic, and its name: `<name>-repartition` (Java: `Grouped`). What is read back is what the serde
 * carries, so the value type after it is the serde's.
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

/** {@link Grouped} by another key than before: the serdes of the repartition topic are said where it is made. */
export interface GroupedAnew<K, V, VR = V> extends Grouped<K, V, VR> {
  /** Serde of the new key; `undefined` is the application's default. */
  readonly key: WriteSerde<K> | undefined
  /** Serde of the values; `undefined` is that of the stream, or the application's default. */
  readonly value: (WriteSerde<V> & Serde<VR>) | undefined
}

/** Java: `Repartitioned`. */
export interface Repartitioned<K, V, VR = V> extends Grouped<K, V, VR> {
  /** Default: as many as the widest input of what writes it. */
  readonly partitions?: number | undefined
  /** Picks the partitions of each record. Default: Kafka's choice by key. */
  readonly partitioner?: StreamPartitioner<K, V> | undefined
}

/** Stores that a table without windows can have. */
type TableStoreKind = 'key-value' | 'versioned'

/** The store that an operator makes for its table. */
export interface TableStore {
  /** No option: what has a kind is a store value. */
  readonly kind?: never
  /** Name of the store, and of its changelog `<applicationId>-<name>-changelog`. Default: generated; not queryable. */
  readonly name?: string | undefined
  /** Default `enabled`; it holds nothing where the application's cache has no bytes. */
  readonly caching?: 'enabled' | 'disabled' | undefined
  /** Default: a changelog with Kafka's settings for its kind. */
  readonly changelog?: ChangelogOption | undefined
  /** Default: the application's. */
  readonly medium?: StoreMedium | undefined
  /** Matters with `compatibility: 'java'` only. Default `timestamped`. */
  readonly supplier?: StoreSupplier | undefined
  /** Keeps so many entries, in memory, and deletes the least recently used (Java: `Stores.lruMap`). Default: no end. */
  readonly maxEntries?: number | undefined
}

/** The store that an operator makes for its windows or sessions. */
export interface WindowedStore extends Omit<TableStore, 'maxEntries'> {
  /** How long the store and its changelog keep windows, in ms. Default: what the windows need; less is an error. */
  readonly retentionMs?: number | undefined
}

/** A store value, as `timestampedKeyValueStore()` makes them. A table's store keeps timestamps in any case. */
export interface StoreValue<K, V, VR, S extends StoreSpec['kind']> extends Omit<TableStore, 'kind' | 'name'> {
  /** Another one is the wrong store for the operator. */
  readonly kind: S
  /** Name of the store, and of its changelog. */
  readonly name: string
  /** Serde of keys. Default: that of the operator, or the application's. */
  readonly key?: WriteSerde<K> | undefined
  /** Serde of values. Default: that of the operator, or the application's. */
  readonly value?: (WriteSerde<V> & Serde<VR>) | undefined
}

/** Options of what makes a table (Java: `Named` and `Materialized`). */
export interface Materialized<K, V, VR = V, S extends StoreSpec['kind'] = TableStoreKind> extends Named {
  /**
   * The table's store: its name, a store value, or how the operator is to make it. A store with a name can be queried. Default: the
   * operator has the store that it needs, with a generated name.
   */
  readonly store?: string | (S extends TableStoreKind ? TableStore : WindowedStore) | StoreValue<K, V, VR, S> | undefined
  /** Serde of the table's keys. Default: that of the stream or table before, or the application's. */
  readonly key?: WriteSerde<K> | undefined
  /** What is read back is what the serde carries: the table's type. */
  readonly value?: (WriteSerde<V> & Serde<VR>) | undefined
  /** No option: a store value is given as `store`. */
  readonly kind?: never
}

/** How a topic is read as a table, and how the table is stored. The topic's serdes win over those that are given here. */
export interface ConsumedTable<K, V, S extends TableStoreKind = TableStoreKind> extends Consumed, Materialized<K, V, V, S> {
  readonly name?: string | undefined
}

/** Java: `Joined`. The serdes serve a repartition before the join; what is left out is the streams' own. */
export interface Joined<K, V> {
  /** Name of the join's node, and of its repartition topic. Default: generated. */
  readonly name?: string | undefined
  /** Writes keys to the repartition topic. Default: the stream's serde, or the application's. */
  readonly key?: WriteSerde<K> | undefined
  /** Writes values to the repartition topic. Default: the stream's serde, or the application's. */
  readonly value?: WriteSerde<V> | undefined
  /**
   * How long a record waits for the table to catch up, in ms of stream time; it is then joined with what the table was at its time
   * (KIP-923). The table must be versioned, and its history at least as long. Default: records do not wait.
   */
  readonly graceMs?: number | undefined
}

/** What the stores of a join of two streams have in common. */
export interface StreamJoinStores {
  /** Beginning of the names of the stores, and so of their changelogs. Default: generated. */
  readonly name?: string | undefined
  /** Default: a changelog with Kafka's settings for its kind. */
  readonly changelog?: ChangelogOption | undefined
  /** Default: the application's. */
  readonly medium?: StoreMedium | undefined
}

/**
 * Java: `StreamJoined`. Both streams are kept in a store each, and a left or outer join has a third one for records that wait for a
 * partner. What is left out of the serdes is the streams' own. A joiner sees what the value serdes carry, V and VO or less.
 */
export interface StreamJoined<K, V, VO, VR = V, VOR = VO> {
  /** Beginning of the names of nodes and of repartition topics. */
  readonly name?: string | undefined
  /** How the join makes its stores: beginning of their names, or more than that. */
  readonly store?: string | StreamJoinStores | undefined
  /** Serde of the keys of both streams. Default: that of a stream that has one, or the application's. */
  readonly key?: WriteSerde<K> | undefined
  /** Of this stream's values. */
  readonly value?: (WriteSerde<V> & Serde<VR>) | undefined
  /** Of the other stream's values. */
  readonly otherValue?: (WriteSerde<VO> & Serde<VOR>) | undefined
  /**
   * The store of this stream, as `windowStore()` makes it: it keeps duplicates, `windowSizeMs` is the windows' `beforeMs + afterMs`, and
   * `retentionMs` their size and grace. Anything else is a `TopologyError` (`STREAMS_JOIN_STORE`).
   */
  readonly thisStore?: AnyWindowStore | undefined
  /** As `thisStore`, for the other stream. */
  readonly otherStore?: AnyWindowStore | undefined
}

/**
 * Options of a foreign-key join (Java: `TableJoined` and `Materialized`). The partitioners say how its internal topics are partitioned;
 * both must name exactly one partition.
 */
export interface TableJoined<K, KO, VR> extends Materialized<K, VR> {
  /** For answers to the left table; must be how its topic is partitioned. Default: the partition that asked. */
  readonly partitioner?: StreamPartitioner<K, void> | undefined
  /** For subscriptions to the right table; must be how its topic is partitioned. Default: by key. */
  readonly otherPartitioner?: StreamPartitioner<KO, void> | undefined
}

/** Stores of a processor: names of stores that were added before, or stores to add. */
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

/** Java: `Printed`. */
export interface Printed<K, V> {
  /** Name of the printer's node. Default: generated. */
  readonly name?: string | undefined
  /** Default: the name of the stream's node. */
  readonly label?: string | undefined
  /** Default: `key, value`. */
  readonly format?: ((value: V, key: K) => string) | undefined
  /** Takes each line, without its end. Default: standard output. */
  readonly write?: ((line: string) => void) | undefined
}
