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
import type { DynamicTopic, SinkTopic, SourceTopic, SourceTopics } from './topic-ref.ts'
import type { OffsetReset, StreamPartitioner, TopologyPlan } from './topology-plan.ts'

/** How a source reads. */
export interface SourceOptions {
  /** Default: the application's `defaultTimestampExtractor`. */
  readonly timestampExtractor?: TimestampExtractor | undefined
  /** Default: the application's setting. */
  readonly offsetReset?: OffsetReset | undefined
}

/** What a processor uses. */
export interface ProcessorOptions {
  /** Stores that the processor uses: names of stores that were added before, or store values, which are added. */
  readonly stores?: readonly (string | AnyStore)[] | undefined
}

/** How a sink writes. */
export interface SinkOptions<K, V> {
  /** Picks the partitions of each record. Default: Kafka's choice by key. */
  readonly partitioner?: StreamPartitioner<K, V> | undefined
}

const sourceOptions: OptionNames<SourceOptions> = { timestampExtractor: true, offsetReset: true }
const processorOptions: OptionNames<ProcessorOptions> = { stores: true }
const sinkOptions: OptionNames<SinkOptions<unknown, unknown>> = { partitioner: true }

/** A store, and the topic and the processor that fill it. The source has options of its own. */
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

/**
 * A graph of sources, processors, sinks and stores (Java: `Topology`). `StreamsBuilder.build()` makes one; it can be made, or
 * added to, by hand. All methods throw a `TopologyError` on what cannot be.
 */
export class Topology {
  readonly #builder: InternalTopologyBuilder

  constructor(builder = new InternalTopologyBuilder()) {
    this.#builder = builder
  }

  /**
   * Adds a source: a node that reads topics. What the topics have no serde for takes the application's default.
   *
   * @example
   * new Topology().addSource('source', ordersTopic, { offsetReset: 'earliest' })
   */
  addSource<K, V>(name: string, topics: SourceTopics<K, V>, options: SourceOptions = {}): this {
    checkOptions('addSource()', options, sourceOptions)
    this.#builder.addSource(sourceDefinition(checkName(name), topics, options))
    return this
  }

  /**
   * Stores that are given as values are added, and connected; names are of stores that were added before.
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
   * Adds a sink: a node that writes what its parents forward.
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

  /** Adds a store, for these processors and for those that are connected later. */
  addStateStore(store: AnyStore, processors: readonly string[] = []): this {
    this.#builder.addStateStore(storeSpecOf(store), processors)
    return this
  }

  /** A store that every process fills from all partitions of the topic. Every processor may read it. */
  addGlobalStore<K, V>(store: FilledStore<K, V>): this {
    this.#builder.addGlobalStore(filledStore(store))
    return this
  }

  /** A store per partition that only its topic fills; the topic is its changelog, too (KIP-813). */
  addReadOnlyStateStore<K, V>(store: FilledStore<K, V>): this {
    this.#builder.addReadOnlyStateStore(filledStore(store))
    return this
  }

  /** Lets a processor use stores that were added before. */
  connectProcessorAndStateStores(processor: string, stores: readonly string[]): this {
    this.#builder.connect(processor, stores)
    return this
  }

  /** The text that Java's `describe().toString()` has for the same topology. */
  describe(): string {
    return describeTopology(this.#builder)
  }

  /** What the runtime runs. */
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

function filledStore<K, V>(filled: FilledStore<K, V>): FilledStoreDefinition {
  const { store, sourceName, topic, processorName, supplier } = filled
  const processor = { name: processorName, processor: supplied('addProcessor', supplier), parents: [sourceName] }
  return { spec: storeSpecOf(store), source: sourceDefinition(sourceName, topic, filled), processor }
}
