import { checkOptions, type OptionNames } from '../model/check-options.ts'
import { supplied } from '../processor/processor-parameters.ts'
import type { ProcessorSupplier } from '../processor/processor.ts'
import type { TimestampExtractor } from '../processor/timestamp-extractor.ts'
import { describeTopology } from './describe-topology.ts'
import {
  InternalTopologyBuilder,
  type FilledStoreDefinition,
  type SinkDefinition,
  type SourceDefinition,
} from './internal-topology-builder.ts'
import { checkName } from './names.ts'
import { planTopology, type PlanOptions } from './plan-topology.ts'
import { storeSpecOf, type AnyStore } from '../state/store-value.ts'
import { checkOffsetReset } from './offset-reset.ts'
import type { DynamicTopic, SinkTopic, SourceTopic, SourceTopics } from './topic-ref.ts'
import type { OffsetReset, StreamPartitioner, TopologyPlan } from './topology-plan.ts'

/** The options of a source. */
export interface SourceOptions {
  /** Determines the timestamp of each record. Default: the application's `defaultTimestampExtractor`. */
  readonly timestampExtractor?: TimestampExtractor | undefined
  /** The start in partitions without a committed offset. Default: the application's setting. */
  readonly offsetReset?: OffsetReset | undefined
}

/** The options of a processor. */
export interface ProcessorOptions {
  /**
   * The stores that the processor uses. A store value is added to the topology. A name is that of a store that was added before.
   */
  readonly stores?: readonly (string | AnyStore)[] | undefined
}

/** The options of a sink. */
export interface SinkOptions<K, V> {
  /** Chooses the partitions of each record. Default: Kafka's choice by key. */
  readonly partitioner?: StreamPartitioner<K, V> | undefined
}

const sourceOptions: OptionNames<SourceOptions> = { timestampExtractor: true, offsetReset: true }
const processorOptions: OptionNames<ProcessorOptions> = { stores: true }
const sinkOptions: OptionNames<SinkOptions<unknown, unknown>> = { partitioner: true }

/** A store, with the topic and the processor that fill it, and the options of the source. */
export interface FilledStore<K, V> extends SourceOptions {
  /** The store, as a store value. */
  readonly store: AnyStore
  /** Name of the source node that reads the topic. */
  readonly sourceName: string
  /** The topic that fills the store. */
  readonly topic: SourceTopic<K, V>
  /** Name of the processor node that fills the store. */
  readonly processorName: string
  /** Makes the processor that fills the store. */
  readonly supplier: ProcessorSupplier<K, V, never, never>
}

const filledStoreOptions: OptionNames<FilledStore<unknown, unknown>> = {
  ...sourceOptions,
  store: true,
  sourceName: true,
  topic: true,
  processorName: true,
  supplier: true,
}

/**
 * A graph of sources, processors, sinks and stores (Java: `Topology`). `StreamsBuilder.build()` returns one. You can also build
 * one by these methods, or add nodes to one. All methods throw a `TopologyError` if a node or store cannot be added as described.
 */
export class Topology {
  readonly #builder: InternalTopologyBuilder

  constructor(builder = new InternalTopologyBuilder()) {
    this.#builder = builder
  }

  /**
   * Adds a source, a node that reads topics. A missing serde is the application's default.
   *
   * @example
   * new Topology().addSource('source', ordersTopic, { offsetReset: 'earliest' })
   */
  addSource<K, V>(name: string, topics: SourceTopics<K, V>, options: SourceOptions = {}): this {
    checkOptions('addSource()', options, sourceOptions)
    checkOffsetReset('addSource()', options.offsetReset)
    this.#builder.addSource(sourceDefinition(checkName(name), topics, options))
    return this
  }

  /**
   * Adds a processor and connects its stores. Store values are added to the topology. Names are those of stores that were added
   * before.
   *
   * @example
   * new Topology()
   *   .addSource('source', ordersTopic)
   *   .addProcessor('log', () => ({ process: (record) => console.log(record) }), ['source'])
   */
  addProcessor<KIn, VIn, KOut, VOut>(
    name: string,
    supplier: ProcessorSupplier<KIn, VIn, KOut, VOut>,
    parents: readonly string[],
    options: ProcessorOptions = {},
  ): this {
    checkOptions('addProcessor()', options, processorOptions)
    const { stores = [] } = options
    this.#builder.addProcessor({ name: checkName(name), processor: supplied('addProcessor', supplier), parents })
    for (const store of stores) {
      if (typeof store === 'string') this.#builder.connect(name, [store])
      else this.#builder.addStateStore(storeSpecOf(store), [name])
    }
    return this
  }

  /**
   * Adds a sink, a node that writes the records of its parents to a topic.
   *
   * @example
   * new Topology().addSource('source', ordersTopic).addSink('sink', ordersTopic, ['source'])
   */
  addSink<K, V>(
    name: string,
    topic: SinkTopic<K, V> | DynamicTopic<K, V>,
    parents: readonly string[],
    options: SinkOptions<K, V> = {},
  ): this {
    checkOptions('addSink()', options, sinkOptions)
    const { key, value } = topic as Pick<SinkDefinition, 'key' | 'value'>
    const target = 'topicName' in topic ? topic.topicName : topic.name
    this.#builder.addSink({ name: checkName(name), topic: target, key, value, partitioner: options.partitioner, parents })
    return this
  }

  /** Adds a store and connects it to processors. Others can be connected later. */
  addStateStore(store: AnyStore, processors: readonly string[] = []): this {
    this.#builder.addStateStore(storeSpecOf(store), processors)
    return this
  }

  /** Adds a store that every process fills from all partitions of a topic. Every processor may read it. */
  addGlobalStore<K, V>(store: FilledStore<K, V>): this {
    this.#builder.addGlobalStore(filledStore('addGlobalStore()', store))
    return this
  }

  /** Adds a store per partition that only its topic fills (KIP-813). The topic is also its changelog. */
  addReadOnlyStateStore<K, V>(store: FilledStore<K, V>): this {
    this.#builder.addReadOnlyStateStore(filledStore('addReadOnlyStateStore()', store))
    return this
  }

  /** Lets a processor use stores that were added before. */
  connectProcessorAndStateStores(processor: string, stores: readonly string[]): this {
    this.#builder.connect(processor, stores)
    return this
  }

  /** Returns the text that Java's `describe().toString()` returns for the same topology. */
  describe(): string {
    return describeTopology(this.#builder)
  }

  /** Returns the plan that the runtime runs: the sub-topologies of an application, with their internal topics. */
  plan(applicationId: string, options: PlanOptions = {}): TopologyPlan {
    return planTopology(this.#builder, applicationId, options)
  }
}

function sourceDefinition<K, V>(name: string, source: SourceTopics<K, V>, options: SourceOptions): SourceDefinition {
  const { timestampExtractor, offsetReset } = options
  const first = ('pattern' in source || 'name' in source ? source : source[0]) as
    Pick<SourceDefinition, 'key' | 'value'> | undefined
  const topics = 'pattern' in source ? [] : 'name' in source ? [source.name] : source.map((topic) => topic.name)
  const pattern = 'pattern' in source ? source.pattern : undefined
  return { name, topics, pattern, key: first?.key, value: first?.value, timestampExtractor, offsetReset }
}

function filledStore<K, V>(call: string, filled: FilledStore<K, V>): FilledStoreDefinition {
  checkOptions(call, filled, filledStoreOptions)
  checkOffsetReset(call, filled.offsetReset)
  const { store, sourceName, topic, processorName, supplier } = filled
  const processor = { name: processorName, processor: supplied('addProcessor', supplier), parents: [sourceName] }
  return { spec: storeSpecOf(store), source: sourceDefinition(sourceName, topic, filled), processor }
}
