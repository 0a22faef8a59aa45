import type { Headers } from '../model/headers.ts'
import type { Serde } from '../model/serde.ts'
import type { RecordContext } from '../model/record-context.ts'
import type { ProcessorParameters } from '../processor/processor-parameters.ts'
import type { TimestampExtractor } from '../processor/timestamp-extractor.ts'
import type { SourceReads } from '../processor/reads.ts'
import type { StoreKind } from '../state/store-kind.ts'
import type { StoreSpec } from '../state/store-spec.ts'

// The result of `Topology.plan(applicationId)`: all that the runtime needs, as deeply frozen plain data. Nodes have classes with options
// instead of closures. The only functions in it are the user's, and constructors.

/**
 * The start in partitions without a committed offset (Java: `AutoOffsetReset`). `none`: such a partition is an error.
 * `byDurationMs`: the first record that is at most this old, or the end of the partition if there is none (KIP-1106).
 */
export type OffsetReset = 'earliest' | 'latest' | 'none' | { readonly byDurationMs: number }

export interface SourceNode {
  readonly kind: 'source'
  readonly name: string
  /** The method of the DSL that added the source, e.g. `table`. Messages name it. */
  readonly method?: string | undefined
  /**
   * The names of the topics on the cluster: those of internal topics begin with the application id. Empty if there is a
   * `pattern`.
   */
  readonly topics: readonly string[]
  readonly pattern: RegExp | undefined
  /** The serdes. Undefined: the application's default. */
  readonly key: Serde<unknown> | undefined
  readonly value: Serde<unknown> | undefined
  /** `kept`: a null value is a record with any serde, as in the topics of tables and in internal topics. */
  readonly nullValues?: 'by-serde' | 'kept'
  readonly timestampExtractor: TimestampExtractor | undefined
  readonly offsetReset: OffsetReset | undefined
  /** What the nodes below read of its records. Default: the values of both. */
  readonly reads?: SourceReads
}

export interface ProcessorNode {
  readonly kind: 'processor'
  readonly name: string
  readonly processor: ProcessorParameters
  readonly parents: readonly string[]
  readonly stores: readonly string[]
}

/** Chooses the topic of each record (Java: `TopicNameExtractor`). The topic must exist. */
export type TopicNameExtractor<K, V> = (value: V, key: K, context: RecordContext) => string

/**
 * Chooses the partitions of each record (Java: `StreamPartitioner`). The record is sent to each partition of the list; with an
 * empty list it is dropped. `default` is Kafka's choice by key.
 */
export type StreamPartitioner<K, V> = (
  value: V,
  key: K,
  numPartitions: number,
  context: PartitionerContext,
) => readonly number[] | 'default'

/** The topic and the headers of the record that a partitioner is called for (KIP-1321). */
export interface PartitionerContext {
  /** The topic that the record goes to. */
  readonly topic: string
  /** The record's headers. */
  readonly headers: Headers
}

export interface SinkNode {
  readonly kind: 'sink'
  readonly name: string
  /** The method of the DSL that added the sink, e.g. `to`. Messages name it. */
  readonly method?: string | undefined
  readonly topic: string | TopicNameExtractor<unknown, unknown>
  readonly key: Serde<unknown> | undefined
  readonly value: Serde<unknown> | undefined
  readonly partitioner: StreamPartitioner<unknown, unknown> | undefined
  /** `key`: the partitioner gets no value and chooses one partition, as in foreign-key joins. Default `record`. */
  readonly partitionedBy?: 'key' | 'record' | undefined
  readonly parents: readonly string[]
}

export type TopologyNode = SourceNode | ProcessorNode | SinkNode

export interface InternalTopic {
  /** The name of the topic on the cluster, which begins with the application id. */
  readonly name: string
  readonly kind: 'repartition' | 'changelog'
  /**
   * The number of partitions, if it is fixed. Otherwise a repartition topic has as many as the largest input of the
   * sub-topologies that write it, and a changelog has one per task.
   */
  readonly partitions: number | undefined
  readonly config: Readonly<Record<string, string>>
}

/**
 * A store and the nodes that use it. `changelog` is undefined if logging is off. Its kind is `source` if a source topic is the
 * changelog.
 */
export interface StoreNode {
  readonly spec: StoreSpec
  readonly kind: StoreKind
  readonly processors: readonly string[]
  readonly changelog:
    /** `otherForm`: the topic that the changelog would be if the store kept its rows in another form. */
    | { readonly kind: 'internal'; readonly topic: InternalTopic; readonly otherForm?: string }
    /** `config` is the configuration that the store needs. Millrace does not apply it, because the topic has another owner. */
    | { readonly kind: 'source'; readonly topic: string; readonly config: Readonly<Record<string, string>> }
    | undefined
}

/** Nodes that run together: in one task per partition, or, if `global`, once per process for all partitions of the topic. */
export interface Subtopology {
  readonly id: number
  readonly kind: 'regular' | 'global'
  /** Parents before children. */
  readonly nodes: readonly TopologyNode[]
  readonly stores: readonly StoreNode[]
  /** The topics that the sub-topology reads, internal ones included. Patterns are in the source nodes. */
  readonly sourceTopics: readonly string[]
  readonly sinkTopics: readonly string[]
  /** Repartition topics that this sub-topology reads. */
  readonly repartitionTopics: readonly InternalTopic[]
  /** The groups of topics that must have the same number of partitions. */
  readonly copartitionGroups: readonly (readonly string[])[]
}

/** A topology with an application id: all that the runtime needs. */
export interface TopologyPlan {
  /** The application's id, which begins the names of internal topics. */
  readonly applicationId: string
  /** The sub-topologies. The index of each is its id. */
  readonly subtopologies: readonly Subtopology[]
}
