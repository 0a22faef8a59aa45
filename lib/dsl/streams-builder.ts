import { checkOptions } from '../model/check-options.ts'
import { TopologyError } from '../model/errors.ts'
import { operator, supplied } from '../processor/processor-parameters.ts'
import { KTableSource } from '../processor/table/ktable-source.ts'
import { materializedGetter } from '../processor/table/ktable-value-getter.ts'
import type { ProcessorSupplier } from '../processor/processor.ts'
import { storeSpecOf, type AnyStore } from '../state/store-value.ts'
import type { SourceTopic, SourceTopics } from '../topology/topic-ref.ts'
import type { Topology } from '../topology/topology.ts'
import { checkExplicitNames } from './graph/explicit-names.ts'
import { GlobalKTable } from './global-ktable.ts'
import { GraphNode, StreamsGraph, type WriteNode } from './graph/graph.ts'
import { erased, type DslBuilder } from './graph/state.ts'
import { KStream } from './kstream.ts'
import { KTable } from './ktable.ts'
import {
  keyValueSpec,
  materialize,
  tableOptions,
  tableSpec,
  versionsOf,
  type AnyMaterialized,
} from './aggregation/materialized.ts'
import { mergeRepartitions } from './graph/merge-repartitions.ts'
import { useSingleStores } from './joins/stream-join-node.ts'
import { buildOptions, optimizationsOf, type BuildOptions } from './graph/optimization.ts'
import * as optionNames from './option-names.ts'
import type { Consumed, ConsumedTable } from './options.ts'
import { subscriptionOf } from './graph/subscription.ts'
import { checkOffsetReset } from '../topology/offset-reset.ts'
import { tableSourceOperator } from './operators/table-operators.ts'

/**
 * Builds a {@link Topology} out of streams and tables (Java: `StreamsBuilder`).
 *
 * Lambdas take (value, key), joiners (left, right, key), folds (aggregate, value, key). Nodes, stores and internal topics get the
 * same generated names as in Kafka Streams. These names depend on the order of calls: if the order changes, the application's
 * stores and internal topics get other names, as in Java.
 */
export class StreamsBuilder {
  readonly #graph = new StreamsGraph()
  readonly #builder: DslBuilder = {
    graph: this.#graph,
    stream: (state) => new KStream(state),
    table: (state) => new KTable(state),
  }

  /**
   * Reads topics as a stream. Streams of the same list of topics share one source node.
   *
   * @example
   * const orders = builder.stream(ordersTopic, { name: 'orders', offsetReset: 'latest' })
   */
  stream<K, V>(topics: SourceTopics<K, V>, consumed: Consumed = {}): KStream<K, V> {
    checkOptions('stream()', consumed, optionNames.consumed)
    checkOffsetReset('stream()', consumed.offsetReset)
    const name = this.#graph.nameOr(consumed, 'KSTREAM-SOURCE-')
    const { key, value, ...subscription } = subscriptionOf(topics)
    const { timestampExtractor, offsetReset } = consumed
    const write: WriteNode = (topology) =>
      topology.addSource({ name, method: 'stream', ...subscription, key, value, timestampExtractor, offsetReset })
    const node = this.#graph.addSource(new GraphNode({ name, write, subscription: { ...subscription, offsetReset } }))
    return new KStream({ builder: this.#builder, name, node, key, value, sources: new Set([name]), needsRepartition: false })
  }

  /**
   * Reads a topic as a table: the last record of a key is its value, and a null value deletes the key. The table gets a store if
   * the user names one, or if a later operator needs current or old values. Records without key are dropped.
   *
   * @example
   * const users = builder.table(usersTopic, { store: 'users' })
   */
  table<K, V>(topic: SourceTopic<K, V>, options?: ConsumedTable<K, Exclude<V, null>>): KTable<K, Exclude<V, null>> {
    const source = this.#tableSource('table', topic, options)
    const { sourceName, name, store } = source
    const table = tableSourceOperator(store)
    const node = new GraphNode({
      name,
      versions: versionsOf(store.options),
      write: (topology, _, optimizations) => {
        topology.addSource(source.definition)
        const processor = operator('table', KTableSource, table.settings())
        topology.addProcessor({ name, processor, parents: [sourceName] })
        if (table.settings().storeName === undefined) return
        topology.addStateStore(tableSpec(store), [name])
        if (optimizations.has('reuse.ktable.source.topics')) topology.reuseSourceTopic(store.name, topic.name)
      },
    })
    this.#graph.addSource(node)
    const { key, value, queryableName } = store
    const sources = new Set([sourceName])
    return new KTable({ builder: this.#builder, name, node, key, value, sources, queryableName, operator: table })
  }

  /**
   * Reads a topic as a table that every process holds whole. The table is filled from the topic's earliest offset before the
   * application processes records. The topic is also its changelog.
   *
   * @example
   * const users = builder.globalTable(usersTopic, { store: { name: 'users', medium: 'memory' } })
   */
  globalTable<K, V>(
    topic: SourceTopic<K, V>,
    options?: ConsumedTable<K, Exclude<V, null>, 'key-value'>,
  ): GlobalKTable<K, Exclude<V, null>> {
    const { sourceName, name, store, definition } = this.#tableSource('globalTable', topic, options)
    if (versionsOf(store.options) === 'kept') throw versionedGlobalTable(store.name)
    const spec = keyValueSpec(store)
    const table = operator('globalTable', KTableSource, { storeName: store.name, oldValues: 'omit' })
    const processor = { name, processor: table, parents: [sourceName] }
    const write: WriteNode = (topology) => topology.addGlobalStore({ spec, source: definition, processor })
    this.#graph.addSource(new GraphNode({ name, write }))
    return new GlobalKTable(materializedGetter(store.name), store.queryableName)
  }

  /**
   * Adds a store for processors that use it by name. Adding the same store value again changes nothing.
   *
   * @example
   * builder.addStateStore(keyValueStore('seen', { key: Serdes.string, value: Serdes.boolean }))
   */
  addStateStore(store: AnyStore): this {
    const write: WriteNode = (topology) => topology.addStateStore(storeSpecOf(store))
    this.#graph.addSource(new GraphNode({ name: store.name, write }))
    return this
  }

  /**
   * Adds a global store. In every process the processor fills the store from all partitions of the topic.
   *
   * @example
   * const names = keyValueStore('names', { key: Serdes.string, value: Serdes.string, changelog: 'disabled' })
   * builder.addGlobalStore(names, usersTopic, () => ({
   *   process: ({ key, value }, context) => context.stateStore(names).put(key, value.name),
   * }))
   */
  addGlobalStore<K, V>(
    store: AnyStore,
    topic: SourceTopic<K, V>,
    supplier: ProcessorSupplier<K, V, never, never>,
    consumed: Consumed = {},
  ): this {
    checkOptions('addGlobalStore()', consumed, optionNames.consumed)
    checkOffsetReset('addGlobalStore()', consumed.offsetReset)
    const { sourceName, name } = this.#tableNames(consumed)
    const source = { ...sourceDefinition(sourceName, topic, consumed), method: 'addGlobalStore' }
    const spec = storeSpecOf(store)
    const processor = { name, processor: supplied('addGlobalStore', supplier), parents: [sourceName] }
    const write: WriteNode = (topology) => topology.addGlobalStore({ spec, source, processor })
    this.#graph.addSource(new GraphNode({ name, write }))
    return this
  }

  /**
   * Checks the graph of streams and tables, and makes a topology of it. Calls after this one do not change that topology. Throws
   * a `TopologyError` if the graph cannot be run.
   *
   * @example
   * const topology = builder.build({ optimization: 'all' })
   * console.log(topology.describe())
   */
  build(options: BuildOptions = {}): Topology {
    checkOptions('build()', options, buildOptions)
    const { optimization = 'none', compatibility = 'safe', ensureExplicitInternalResourceNaming = false } = options
    const optimizations = optimizationsOf(optimization)
    return this.#graph.build({
      optimizations,
      optimize: () => {
        if (optimizations.has('merge.repartition.topics')) mergeRepartitions(this.#graph, compatibility)
        if (optimizations.has('single.store.self.join')) useSingleStores(this.#graph)
      },
      check: (topology) => {
        if (ensureExplicitInternalResourceNaming) checkExplicitNames(topology, this.#graph.unnamedStores, compatibility)
      },
    })
  }

  #tableNames(consumed: Consumed): { readonly sourceName: string; readonly name: string } {
    const sourceName = this.#graph.suffixedNameOr(consumed, '-source', 'KSTREAM-SOURCE-')
    return { sourceName, name: this.#graph.nameOr(consumed, 'KTABLE-SOURCE-') }
  }

  /** The topic's serdes win over those of the store, as in Java; either may be left out. */
  #tableSource<K, V>(method: string, topic: SourceTopic<K, V>, consumed: Consumed & AnyMaterialized = {}) {
    const { materialized } = tableOptions(consumed, { call: `${method}()`, stored: 'table', known: optionNames.consumedTable })
    checkOffsetReset(`${method}()`, consumed.offsetReset)
    const named = materialize(this.#graph, materialized, `${topic.name}-`, {})
    const store = { ...named, key: erased(topic.key) ?? named.key, value: erased(topic.value) ?? named.value }
    const names = this.#tableNames(consumed)
    return {
      ...names,
      store,
      definition: {
        ...sourceDefinition(names.sourceName, { ...store, name: topic.name }, consumed),
        method,
        nullValues: 'kept' as const,
      },
    }
  }
}

function versionedGlobalTable(store: string): TopologyError {
  const message = `globalTable(): store ${store} cannot keep versions, because no changelog could restore them. Give the table a plain store.`
  return new TopologyError('STREAMS_GLOBAL_TABLE_VERSIONED', message, { facts: { store } })
}

function sourceDefinition<K, V>(name: string, topic: SourceTopic<K, V>, { timestampExtractor, offsetReset }: Consumed) {
  return {
    name,
    topics: [topic.name],
    pattern: undefined,
    key: erased(topic.key),
    value: erased(topic.value),
    timestampExtractor,
    offsetReset,
  }
}
