import type { Headers } from '../model/headers.ts'
import type { Serde } from '../model/serde.ts'
import type { RecordContext } from '../model/record-context.ts'
import type { ProcessorParameters } from '../processor/processor-parameters.ts'
import type { TimestampExtractor } from '../processor/timestamp-extractor.ts'
import type { StoreKind } from '../state/store-kind.ts'
import type { StoreSpec } from '../state/store-spec.ts'

// The outcome of `Topology.plan(applicationId)`: all that the runtime needs, as plain values that are frozen to the bottom. Functions in it
// are the user's, or keep nothing: what a node runs is a class and its options.

/**
 * Where to begin with a partition of which the group has committed nothing (Java: `AutoOffsetReset`). `none`: that is an error.
 * `byDurationMs`: at the first record that is at most this old, and at the end where none is (KIP-1106).
 */
export type OffsetReset = 'earliest' | 'latest' | 'none' | { readonly byDurationMs: number }

export interface SourceNode {
  readonly kind: 'source'
  readonly name: string
  /** The method of the DSL that reads here, for messages: `table`. */
  readonly method?: string | undefined
  /** Names on the cluster: internal ones carry the application id. Exactly one of `topics` and `pattern` is set. */
  readonly topics: readonly string[]
  readonly pattern: RegExp | undefined
  /** Absent serdes are the application's defaults. */
  readonly key: Serde<unknown> | undefined
  readonly value: Serde<unknown> | undefined
  /** `kept`: a null value is a record as any other, whatever the serde says (tables, where it deletes; internal topics). */
  readonly nullValues?: 'by-serde' | 'kept'
  readonly timestampExtractor: TimestampExtractor | undefined
  readonly offsetReset: OffsetReset | undefined
}

export interface ProcessorNode {
  readonly kind: 'processor'
  readonly name: string
  readonly processor: ProcessorParameters
  readonly parents: readonly string[]
  readonly stores: readonly string[]
}

/** Picks the topic of each record; it must exist (Java: `TopicNameExtractor`). */
export type TopicNameExtractor<K, V> = (value: V, key: K, context: RecordContext) => string

/**
 * Picks partitions: a list of them (several = multicast, none = drop), or `default` for Kafka's own choice by key
 * (Java: `StreamPartitioner`).
 */
export type StreamPartitioner<K, V> = (
  value: V,
  key: K,
  numPartitions: number,
  context: PartitionerContext,
) => readonly number[] | 'default'

/** What a partitioner may know besides key and value (KIP-1321). */
export interface PartitionerContext {
  /** The topic that the record goes to. */
  readonly topic: string
  /** The record's headers. */
  readonly headers: Headers
}

export interface SinkNode {
  readonly kind: 'sink'
  readonly name: string
  /** The method of the DSL that writes here, for messages: `to`. */
  readonly method?: string | undefined
  readonly topic: string | TopicNameExtractor<unknown, unknown>
  readonly key: Serde<unknown> | undefined
  readonly value: Serde<unknown> | undefined
  readonly partitioner: StreamPartitioner<unknown, unknown> | undefined
  /** `key`: the partitioner is given no value, and chooses one partition, as in foreign-key joins. Default `record`. */
  readonly partitionedBy?: 'key' | 'record' | undefined
  readonly parents: readonly string[]
}

export type TopologyNode = SourceNode | ProcessorNode | SinkNode

export interface InternalTopic {
  /** On the cluster, application id included. */
  readonly name: string
  readonly kind: 'repartition' | 'changelog'
  /** Absent: repartition = as many as the widest input of the sub-topologies that write it; changelog = one per task. */
  readonly partitions: number | undefined
  readonly config: Readonly<Record<string, string>>
}

/** A store, with the nodes that use it. `changelog` is absent where logging is off; `source` where its source topic is the changelog. */
export interface StoreNode {
  readonly spec: StoreSpec
  readonly kind: StoreKind
  readonly processors: readonly string[]
  readonly changelog:
    | { readonly kind: 'internal'; readonly topic: InternalTopic }
    /** `config` is what suits the store; the topic belongs to whoever writes it. */
    | { readonly kind: 'source'; readonly topic: string; readonly config: Readonly<Record<string, string>> }
    | undefined
}

/** Nodes that run together in one task per partition; or, `global`, once per process on all partitions of its topic. */
export interface Subtopology {
  readonly id: number
  readonly kind: 'regular' | 'global'
  /** Parents before children. */
  readonly nodes: readonly TopologyNode[]
  readonly stores: readonly StoreNode[]
  /** Topics read, internal ones included; patterns stand in their source nodes. */
  readonly sourceTopics: readonly string[]
  readonly sinkTopics: readonly string[]
  /** Repartition topics that this sub-topology reads. */
  readonly repartitionTopics: readonly InternalTopic[]
  /** Topics that must have equally many partitions. */
  readonly copartitionGroups: readonly (readonly string[])[]
}

/** A topology with an application id: all that the runtime needs. */
export interface TopologyPlan {
  /** The application's id, which begins the names of internal topics. */
  readonly applicationId: string
  /** By id, without gaps. */
  readonly subtopologies: readonly Subtopology[]
}
