import { TopologyError } from '../../model/errors.ts'
import type { Serde } from '../../model/serde.ts'
import { InternalTopologyBuilder } from '../../topology/internal-topology-builder.ts'
import type { InternalTopicProperties } from '../../topology/internal-topology-builder.ts'
import { Topology } from '../../topology/topology.ts'
import { checkName } from '../../topology/names.ts'
import type { OffsetReset } from '../../topology/topology-plan.ts'
import type { Optimization } from './optimization.ts'
import type { Named } from '../options.ts'

/** What a source node reads; two sources of the same are one when the topology is built. */
export interface SourceSubscription {
  readonly topics: readonly string[]
  readonly pattern: RegExp | undefined
  readonly offsetReset: OffsetReset | undefined
}

/** Adds the nodes of the topology that a logical node stands for. */
export type WriteNode = (topology: InternalTopologyBuilder, node: GraphNode, optimizations: ReadonlySet<Optimization>) => void

/**
 * What an operator does to records, as far as a repartition above or below it is concerned. `unnoticed`: Java's optimization lifts
 * repartitions over it all the same (KAFKA-19668).
 */
export type NodeChanges = 'key' | 'value' | 'unnoticed key' | 'unnoticed value'

/** A repartition that may be merged with others of the same key (Java: `OptimizableRepartitionNode`). */
export interface MergeableRepartition {
  readonly method: string
  readonly topic: string
  readonly key: Serde<unknown> | undefined
  readonly value: Serde<unknown> | undefined
}

interface GraphNodeOptions {
  readonly name: string
  readonly write: WriteNode
  /** Set for the sources of streams. */
  readonly subscription?: SourceSubscription
  /** A left join: repartitions above it must let records without key pass (KIP-962). */
  readonly nullKeys?: 'kept' | undefined
  /** Of a table: whether its store keeps versions. Absent where there is none: then it is as its parents are (KIP-914). */
  readonly versions?: Versions | undefined
  /** Of a windowed aggregation: how long after its end a window may still change; of sessions with the gap. */
  readonly graceMs?: number | undefined
  /** Of a windowed aggregation: whether the end of a window belongs to it. Default `excluded`. */
  readonly windowEnd?: WindowEnd | undefined
  readonly changes?: NodeChanges | undefined
  readonly repartition?: MergeableRepartition
  /** `merge`: it brings streams together. */
  readonly kind?: 'merge' | undefined
}

export type WindowEnd = 'included' | 'excluded'
export type Versions = 'kept' | 'none'

/** A logical operator, before it is one node or several of the topology. */
export class GraphNode {
  readonly name: string
  readonly parents = new Set<GraphNode>()
  readonly children = new Set<GraphNode>()
  readonly subscription: SourceSubscription | undefined
  readonly changes: NodeChanges | undefined
  readonly repartition: MergeableRepartition | undefined
  readonly kind: 'merge' | undefined
  readonly #options: GraphNodeOptions
  /** Nodes are written by priority, parents first (Java: `buildPriority`). A node that is used again moves back. */
  priority = 0

  constructor(options: GraphNodeOptions) {
    this.name = options.name
    this.subscription = options.subscription
    this.changes = options.changes
    this.repartition = options.repartition
    this.kind = options.kind
    this.#options = options
  }

  write(topology: InternalTopologyBuilder, optimizations: ReadonlySet<Optimization>): void {
    this.#options.write(topology, this, optimizations)
  }

  get parentNames(): readonly string[] {
    return [...this.parents].map((parent) => parent.name)
  }

  addChild(child: GraphNode): void {
    this.children.add(child)
    child.parents.add(this)
  }

  /** What is known before the graph is whole; undefined: as the parents. */
  get versions(): Versions | undefined {
    return this.#options.versions
  }

  get graceMs(): number | undefined {
    return this.#options.graceMs
  }

  get windowEnd(): WindowEnd {
    return this.#options.windowEnd ?? 'excluded'
  }

  /** Whether late updates come as such, because the table, or all that it is made of, is versioned. */
  isVersioned(): boolean {
    const { versions } = this.#options
    return versions === undefined ? [...this.parents].every((parent) => parent.isVersioned()) : versions === 'kept'
  }

  removeChild(child: GraphNode): void {
    this.children.delete(child)
    child.parents.delete(this)
  }

  /** Whether records without key must pass a repartition here, because a join below takes them. */
  keepsNullKeys(): boolean {
    return [...this.children].some((child) => child.#options.nullKeys === 'kept' || child.keepsNullKeys())
  }
}

interface GraphBuild {
  readonly optimizations: ReadonlySet<Optimization>
  /** May change the graph; equal sources are merged by then. */
  readonly optimize: () => void
  /** Throws a `TopologyError` on what must not be. */
  readonly check: (topology: InternalTopologyBuilder) => void
}

/** The logical graph (Java: `InternalStreamsBuilder`): names, order, and the writing of the topology. */
export class StreamsGraph {
  readonly #root = new GraphNode({ name: 'root', write: () => undefined, versions: 'none' })
  readonly #internalTopics = new Map<string, InternalTopicProperties>()
  readonly #unnamedStores = new Set<string>()
  readonly #nodes = new Set<GraphNode>()
  #copartitioned: readonly ReadonlySet<string>[] = []
  #index = 0
  #priority = 0

  /** Generated names of stores, also of those that no table needs so far. */
  get unnamedStores(): ReadonlySet<string> {
    return this.#unnamedStores
  }

  /** In the order in which they were added. */
  get nodes(): ReadonlySet<GraphNode> {
    return this.#nodes
  }

  newProcessorName(prefix: string): string {
    return prefix + this.#nextIndex()
  }

  newStoreName(prefix: string): string {
    return `${prefix}STATE-STORE-${this.#nextIndex()}`
  }

  /** The generated name of a store that the user could have named. */
  newUnnamedStore(prefix: string): string {
    const name = this.newStoreName(prefix)
    this.#unnamedStores.add(name)
    return name
  }

  /** A generated name counts even where it is not used, so that names further on stay what they are in Java. */
  nameOr(named: Named | undefined, prefix: string): string {
    return this.suffixedNameOr(named, '', prefix)
  }

  suffixedNameOr(named: Named | undefined, suffix: string, prefix: string): string {
    const generated = this.newProcessorName(prefix)
    return named?.name === undefined ? generated : checkName(named.name + suffix)
  }

  addSource(node: GraphNode): GraphNode {
    return this.add([this.#root], node)
  }

  add(parents: readonly GraphNode[], node: GraphNode): GraphNode {
    for (const parent of parents) {
      parent.addChild(node)
      node.priority = this.#priority++
    }
    this.#nodes.add(node)
    return node
  }

  addInternalTopic(name: string, properties: InternalTopicProperties): void {
    this.#internalTopics.set(name, properties)
  }

  /** Topics of these sources must have equally many partitions. */
  copartition(sources: ReadonlySet<string>): void {
    this.#copartitioned = [...this.#copartitioned, sources]
  }

  /** The children of a repartition get its records from its parents; `other` takes its place among what is copartitioned. */
  replace(repartition: GraphNode, other: GraphNode): void {
    const parents = [...repartition.parents]
    for (const child of repartition.children) {
      for (const parent of parents) parent.addChild(child)
    }
    for (const parent of parents) parent.removeChild(repartition)
    for (const child of repartition.children) repartition.removeChild(child)
    this.#nodes.delete(repartition)
    const renamed = (name: string): string => (name === repartition.name ? other.name : name)
    this.#copartitioned = this.#copartitioned.map((sources) => new Set([...sources].map(renamed)))
  }

  build({ optimizations, optimize, check }: GraphBuild): Topology {
    this.#mergeSources()
    optimize()
    const topology = new InternalTopologyBuilder()
    for (const [name, properties] of this.#internalTopics) topology.addInternalTopic(name, properties)
    for (const sources of this.#copartitioned) topology.copartition(sources)
    for (const node of this.#inOrder()) node.write(topology, optimizations)
    topology.validateCopartition()
    check(topology)
    return new Topology(topology)
  }

  #nextIndex(): string {
    return String(this.#index++).padStart(10, '0')
  }

  /** By priority among those whose parents are written: the order of Java's priority queue. */
  *#inOrder(): Generator<GraphNode> {
    const written = new Set<GraphNode>([this.#root])
    const offered = new Set(this.#root.children)
    while (offered.size > 0) {
      const next = [...offered].reduce((first, node) => (node.priority < first.priority ? node : first))
      offered.delete(next)
      if (written.has(next) || ![...next.parents].every((parent) => written.has(parent))) continue
      written.add(next)
      yield next
      for (const child of next.children) offered.add(child)
    }
  }

  /** Streams of the same topics, or of the same pattern, share one source (Java: `mergeDuplicateSourceNodes`). */
  #mergeSources(): void {
    const byTopic = new Map<string, GraphNode>()
    for (const source of this.#root.children) {
      if (source.subscription === undefined) continue
      for (const topic of subscriptionKeys(source.subscription)) {
        const first = byTopic.get(topic)
        if (first === undefined) byTopic.set(topic, source)
        else if (first !== source) this.#mergeSource(first, source)
      }
    }
  }

  #mergeSource(first: GraphNode, other: GraphNode): void {
    checkMergeable(first, other)
    this.#root.children.delete(other)
    for (const child of other.children) {
      other.removeChild(child)
      first.addChild(child)
    }
  }
}

function subscriptionKeys({ topics, pattern }: SourceSubscription): readonly string[] {
  return pattern === undefined ? topics : [String(pattern)]
}

function checkMergeable({ name, subscription: first }: GraphNode, { name: otherName, subscription: other }: GraphNode): void {
  const facts = { nodes: [name, otherName] }
  if (String(first?.topics.toSorted()) !== String(other?.topics.toSorted()))
    throw new TopologyError(
      'STREAMS_OVERLAPPING_TOPICS',
      `Sources ${name} and ${otherName} share topics, but not all of them: read the same list in both, or one topic per stream.`,
      { facts },
    )
  if (JSON.stringify(first?.offsetReset) !== JSON.stringify(other?.offsetReset))
    throw new TopologyError(
      'STREAMS_OFFSET_RESET_CONFLICT',
      `Sources ${name} and ${otherName} read the same topics with different offsetReset: give both the same.`,
      { facts },
    )
}
