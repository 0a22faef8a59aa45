import type { TopologyError } from '../model/errors.ts'
import type { Serde } from '../model/serde.ts'
import type { ProcessorParameters } from '../processor/processor-parameters.ts'
import type { TimestampExtractor } from '../processor/timestamp-extractor.ts'
import type { StoreSpec } from '../state/store-spec.ts'
import { checkName } from './names.ts'
import { NodeGroups } from './node-groups.ts'
import { SourceSubscriptions } from './source-subscriptions.ts'
import { topologyError } from './topology-error.ts'
import type { OffsetReset, StreamPartitioner, TopicNameExtractor } from './topology-plan.ts'

type AnySerde = Serde<unknown>

export interface SourceDefinition {
  readonly name: string
  /** The method of the DSL that added the source. Messages name it. */
  readonly method?: string | undefined
  readonly topics: readonly string[]
  readonly pattern?: RegExp | undefined
  readonly key?: AnySerde | undefined
  readonly value?: AnySerde | undefined
  /**
   * `by-serde`: a null value goes to the deserialization handler if the serde is not nullable. `kept`: a null value is a record with any
   * serde. Default `by-serde`.
   */
  readonly nullValues?: 'by-serde' | 'kept' | undefined
  readonly timestampExtractor?: TimestampExtractor | undefined
  readonly offsetReset?: OffsetReset | undefined
}

export interface ProcessorDefinition {
  readonly name: string
  readonly processor: ProcessorParameters
  readonly parents: readonly string[]
}

export interface SinkDefinition {
  readonly name: string
  /** The method of the DSL that added the sink. Messages name it. */
  readonly method?: string | undefined
  readonly topic: string | TopicNameExtractor<never, never>
  readonly key?: AnySerde | undefined
  readonly value?: AnySerde | undefined
  readonly partitioner?: StreamPartitioner<never, never> | undefined
  readonly partitionedBy?: 'key' | 'record' | undefined
  readonly parents: readonly string[]
}

export interface FilledStoreDefinition {
  readonly spec: StoreSpec
  readonly source: SourceDefinition
  readonly processor: ProcessorDefinition
}

export type NodeDefinition =
  | (SourceDefinition & { readonly kind: 'source' })
  | (ProcessorDefinition & { readonly kind: 'processor'; readonly stores: string[] })
  | (SinkDefinition & { readonly kind: 'sink' })

export interface StoreDefinition {
  readonly spec: StoreSpec
  readonly kind: 'regular' | 'global'
  readonly users: Set<string>
  /** The source topic from which the store is restored, instead of a changelog. */
  sourceTopic: string | undefined
}

export interface InternalTopicProperties {
  readonly partitions: number | undefined
}

/** Nodes that are connected by records or by stores, in the order in which they were added. */
export interface NodeGroup {
  readonly kind: 'regular' | 'global'
  readonly nodes: readonly NodeDefinition[]
}

/**
 * Collects the nodes, stores and internal topics of a topology, and checks each as it is added (Java: `InternalTopologyBuilder`).
 */
export class InternalTopologyBuilder {
  readonly #nodes = new Map<string, NodeDefinition>()
  readonly #stores = new Map<string, StoreDefinition>()
  readonly #internalTopics = new Map<string, InternalTopicProperties>()
  readonly #copartitioned: ReadonlySet<string>[] = []
  readonly #subscriptions = new SourceSubscriptions()
  readonly #groups = new NodeGroups()
  readonly #globalSources = new Set<string>()

  get nodes(): ReadonlyMap<string, NodeDefinition> {
    return this.#nodes
  }

  get stores(): ReadonlyMap<string, StoreDefinition> {
    return this.#stores
  }

  get internalTopics(): ReadonlyMap<string, InternalTopicProperties> {
    return this.#internalTopics
  }

  addSource(source: SourceDefinition): void {
    this.#checkNewNode(source.name)
    this.#subscriptions.add(source)
    this.#addNode({ ...source, kind: 'source' })
  }

  addProcessor(processor: ProcessorDefinition): void {
    this.#checkNewNode(processor.name)
    this.#checkParents(processor)
    this.#addNode({ ...processor, kind: 'processor', stores: [] })
    this.#groups.unite(processor.name, processor.parents)
  }

  addSink(sink: SinkDefinition): void {
    this.#checkNewNode(sink.name)
    this.#checkParents(sink)
    this.#addNode({ ...sink, kind: 'sink' })
    this.#groups.unite(sink.name, sink.parents)
  }

  /** Adds a store and connects it to processors. If the same store is added again, only the processors are connected. */
  addStateStore(spec: StoreSpec, processors: readonly string[] = []): void {
    const existing = this.#stores.get(spec.name)
    if (existing !== undefined && existing.spec !== spec) throw duplicateStore(spec.name)
    if (existing === undefined) this.#addStore({ spec, kind: 'regular', users: new Set(), sourceTopic: undefined })
    for (const processor of processors) this.connect(processor, [spec.name])
  }

  /** Adds a global store: in every process a processor fills it from all partitions of a topic. The topic is its changelog. */
  addGlobalStore({ spec, source, processor }: FilledStoreDefinition): void {
    if (this.#stores.has(spec.name)) throw duplicateStore(spec.name)
    this.#addStore({
      spec: { ...spec, changelog: 'disabled' },
      kind: 'global',
      users: new Set([processor.name]),
      sourceTopic: source.topics[0],
    })
    this.addSource(source)
    this.#globalSources.add(source.name)
    this.addProcessor(processor)
    this.#processor(processor.name).stores.push(spec.name)
  }

  /** Adds a store per partition that only its source topic fills (KIP-813). The source topic is its changelog. */
  addReadOnlyStateStore({ spec, source, processor }: FilledStoreDefinition): void {
    this.addSource(source)
    this.addProcessor(processor)
    this.addStateStore(spec, [processor.name])
    this.reuseSourceTopic(spec.name, source.topics[0]!)
  }

  /** Makes the source topic of a store its changelog. */
  reuseSourceTopic(storeName: string, topic: string): void {
    this.#stores.get(storeName)!.sourceTopic = topic
  }

  connect(processorName: string, storeNames: readonly string[]): void {
    for (const storeName of storeNames) this.#connectStore(processorName, storeName)
  }

  addInternalTopic(name: string, properties: InternalTopicProperties): void {
    this.#internalTopics.set(name, properties)
  }

  copartition(sources: ReadonlySet<string>): void {
    this.#copartitioned.push(sources)
  }

  /** Returns the groups of topics that must have the same number of partitions, because their records are joined. */
  copartitionedTopics(): readonly ReadonlySet<string>[] {
    return this.#copartitioned.map((sources) => new Set([...sources].flatMap((source) => this.#topicsOf(source))))
  }

  /** Checks the groups whose topics all have a fixed number of partitions: these numbers must be equal. */
  validateCopartition(): void {
    for (const topics of this.copartitionedTopics()) {
      const counts = new Map([...topics].map((topic) => [topic, this.#internalTopics.get(topic)?.partitions]))
      if (new Set(counts.values()).size > 1 && ![...counts.values()].includes(undefined)) throw unequalPartitions(counts)
    }
  }

  /** Returns the groups of connected nodes, in the order of their first nodes. */
  nodeGroups(): readonly NodeGroup[] {
    const groups = Map.groupBy(this.#nodes.values(), ({ name }) => this.#groups.root(name))
    return [...groups.values()].map((nodes) => ({
      kind: nodes.some(({ name }) => this.#globalSources.has(name)) ? 'global' : 'regular',
      nodes,
    }))
  }

  #addNode(node: NodeDefinition): void {
    this.#nodes.set(node.name, node)
    this.#groups.add(node.name)
  }

  #addStore(store: StoreDefinition): void {
    this.#stores.set(checkName(store.spec.name), store)
  }

  #checkNewNode(name: string): void {
    if (this.#nodes.has(name))
      throw topologyError('DUPLICATE_NODE', `There is already a node ${name}: give each node its own name.`, { name })
  }

  #checkParents({ name, parents }: { readonly name: string; readonly parents: readonly string[] }): void {
    if (parents.length === 0)
      throw topologyError('NO_PARENT', `Node ${name} has no parent: name the nodes whose records it gets.`, { name })
    for (const parent of parents) {
      const node = this.#nodes.get(parent)
      if (node === undefined)
        throw topologyError(
          'UNKNOWN_PARENT',
          `Node ${name} names the parent ${parent}, which does not exist yet: add it first.`,
          {
            name,
            parent,
          },
        )
      if (node.kind === 'sink')
        throw topologyError(
          'SINK_AS_PARENT',
          `Sink ${parent} cannot be the parent of ${name}, because a sink has no children: name the sink's parent.`,
          {
            name,
            parent,
          },
        )
    }
  }

  #connectStore(processorName: string, storeName: string): void {
    const store = this.#stores.get(storeName)
    if (store === undefined) throw unknownStore(processorName, storeName)
    if (store.kind === 'global') throw globalStoreConnected(processorName, storeName)
    const processor = this.#processor(processorName)
    const [firstUser] = store.users
    if (firstUser !== undefined) this.#groups.unite(firstUser, [processorName])
    store.users.add(processorName)
    if (!processor.stores.includes(storeName)) processor.stores.push(storeName)
  }

  #processor(name: string): NodeDefinition & { readonly kind: 'processor' } {
    const node = this.#nodes.get(name)
    if (node === undefined) throw topologyError('UNKNOWN_PROCESSOR', `There is no processor ${name} yet: add it first.`, { name })
    if (node.kind === 'processor') return node
    throw topologyError('NOT_A_PROCESSOR', `Node ${name} is a ${node.kind}, and only processors have stores: name a processor.`, {
      name,
      kind: node.kind,
    })
  }

  #topicsOf(source: string): readonly string[] {
    const node = this.#nodes.get(source)
    return node?.kind === 'source' ? node.topics : []
  }
}

function duplicateStore(name: string): TopologyError {
  return topologyError('DUPLICATE_STORE', `There is already another store ${name}: give each store its own name.`, { name })
}

function unknownStore(processor: string, store: string): TopologyError {
  const message = `Processor ${processor} names the store ${store}, which does not exist yet: add it first.`
  return topologyError('UNKNOWN_STORE', message, { processor, store })
}

function globalStoreConnected(processor: string, store: string): TopologyError {
  const message = `Every processor can read the global store ${store} anyway: leave it out of the stores of ${processor}.`
  return topologyError('GLOBAL_STORE_CONNECTED', message, { processor, store })
}

function unequalPartitions(counts: ReadonlyMap<string, number | undefined>): TopologyError {
  const topics = Object.fromEntries(counts)
  const message = `Topics that are joined have different numbers of partitions (${JSON.stringify(topics)}): give all the same number.`
  return topologyError('NOT_COPARTITIONED', message, { topics })
}
