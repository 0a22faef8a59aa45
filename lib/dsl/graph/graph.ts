import { TopologyError } from '../../model/errors.ts'
import type { Serde } from '../../model/serde.ts'
import { InternalTopologyBuilder } from '../../topology/internal-topology-builder.ts'
import type { InternalTopicProperties } from '../../topology/internal-topology-builder.ts'
import { Topology } from '../../topology/topology.ts'
import { checkName } from '../../topology/names.ts'
import type { OffsetReset } from '../../topology/topology-plan.ts'
import type { Optimization } from './optimization.ts'
import type { Named } from '../options.ts'

/**
 * The topics or the pattern that a source node reads. Sources of the same topics become one source when the topology is built.
 */
export interface SourceSubscription {
  readonly topics: readonly string[]
  readonly pattern: RegExp | undefined
  readonly offsetReset: OffsetReset | undefined
}

/** Writes a logical node into the topology, as one or several nodes. */
export type WriteNode = (topology: InternalTopologyBuilder, node: GraphNode, optimizations: ReadonlySet<Optimization>) => void

/**
 * The part of a record that an operator changes. The optimization `merge.repartition.topics` moves no repartition above such an
 * operator. `unnoticed`: Java's optimization overlooks this change, and moves repartitions above the operator (KAFKA-19668).
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
  /** The topics of a stream's source. Other nodes have none. */
  readonly subscription?: SourceSubscription
  /**
   * `kept`: the operator is a left or outer join, which takes records without key. Repartitions above it let such records pass
   * (KIP-962).
   */
  readonly nullKeys?: 'kept' | undefined
  /**
   * Whether a table's store keeps versions (KIP-914). Undefined: the operator does not decide it, and its table is versioned if
   * all its parents are.
   */
  readonly versions?: Versions | undefined
  /** For windowed aggregations: how long after its end a window may still change. For sessions that is the gap and the grace. */
  readonly graceMs?: number | undefined
  /** For windowed aggregations: whether a window includes its end. Default `excluded`. */
  readonly windowEnd?: WindowEnd | undefined
  readonly changes?: NodeChanges | undefined
  readonly repartition?: MergeableRepartition
  /** `merge`: the operator merges streams. */
  readonly kind?: 'merge' | undefined
}

export type WindowEnd = 'included' | 'excluded'
export type Versions = 'kept' | 'none'

/** An operator in the logical graph. It becomes one or several nodes of the topology. */
export class GraphNode {
  readonly name: string
  readonly parents = new Set<GraphNode>()
  readonly children = new Set<GraphNode>()
  readonly subscription: SourceSubscription | undefined
  readonly changes: NodeChanges | undefined
  readonly repartition: MergeableRepartition | undefined
  readonly kind: 'merge' | undefined
  readonly #options: GraphNodeOptions
  /**
   * Parents are written before their children; among other nodes the lower priority is written first (Java: `buildPriority`). A
   * node that is added again gets a new, higher priority.
   */
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

  /** Whether the operator itself makes its table versioned. Undefined: its parents decide, once the graph is complete. */
  get versions(): Versions | undefined {
    return this.#options.versions
  }

  get graceMs(): number | undefined {
    return this.#options.graceMs
  }

  get windowEnd(): WindowEnd {
    return this.#options.windowEnd ?? 'excluded'
  }

  /** Whether the operator's table is versioned, so that operators below can recognize late updates. */
  isVersioned(): boolean {
    const { versions } = this.#options
    return versions === undefined ? [...this.parents].every((parent) => parent.isVersioned()) : versions === 'kept'
  }

  removeChild(child: GraphNode): void {
    this.children.delete(child)
    child.parents.delete(this)
  }

  /** Whether a repartition at this node must let records without key pass, because a left or outer join below takes them. */
  keepsNullKeys(): boolean {
    return [...this.children].some((child) => child.#options.nullKeys === 'kept' || child.keepsNullKeys())
  }
}

interface GraphBuild {
  readonly optimizations: ReadonlySet<Optimization>
  /** Optimizes the graph. It is called after sources of the same topics have been merged. */
  readonly optimize: () => void
  /** Checks the complete topology, and throws a `TopologyError` if it is not allowed. */
  readonly check: (topology: InternalTopologyBuilder) => void
}

/**
 * The logical graph of a builder (Java: `InternalStreamsBuilder`). It generates names, orders the nodes and writes the topology.
 */
export class StreamsGraph {
  readonly #root = new GraphNode({ name: 'root', write: () => undefined, versions: 'none' })
  readonly #internalTopics = new Map<string, InternalTopicProperties>()
  readonly #unnamedStores = new Set<string>()
  readonly #nodes = new Set<GraphNode>()
  #copartitioned: readonly ReadonlySet<string>[] = []
  #index = 0
  #priority = 0

  /** Generated names of stores that the user could have named, including stores that no operator needs so far. */
  get unnamedStores(): ReadonlySet<string> {
    return this.#unnamedStores
  }

  /** All nodes, in the order in which they were added. */
  get nodes(): ReadonlySet<GraphNode> {
    return this.#nodes
  }

  newProcessorName(prefix: string): string {
    return prefix + this.#nextIndex()
  }

  newStoreName(prefix: string): string {
    return `${prefix}STATE-STORE-${this.#nextIndex()}`
  }

  /** Generates a name for a store that the user could have named. */
  newUnnamedStore(prefix: string): string {
    const name = this.newStoreName(prefix)
    this.#unnamedStores.add(name)
    return name
  }

  /**
   * The user's name, or else a generated one. The counter of generated names advances in both cases, so that later names are the
   * same as in Java.
   */
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
      if (parent !== this.#root && !this.#nodes.has(parent)) throw otherBuilder(node.name)
      parent.addChild(node)
      node.priority = this.#priority++
    }
    this.#nodes.add(node)
    return node
  }

  addInternalTopic(name: string, properties: InternalTopicProperties): void {
    this.#internalTopics.set(name, properties)
  }

  /** Requires that the topics of these sources have equally many partitions. */
  copartition(sources: ReadonlySet<string>): void {
    this.#copartitioned = [...this.#copartitioned, sources]
  }

  /**
   * Removes a repartition from the graph. Its parents become the parents of its children, and `other` takes its place in the sets
   * of copartitioned sources.
   */
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

  /**
   * The order of Java's priority queue: of all nodes whose parents have been written, the one with the lowest priority is next.
   */
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

  /** Merges the sources of streams that read the same topics or the same pattern (Java: `mergeDuplicateSourceNodes`). */
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
      `Two stream() calls (${name} and ${otherName}) share only some topics: pass the same list to both, or one topic to each.`,
      { facts },
    )
  if (JSON.stringify(first?.offsetReset) !== JSON.stringify(other?.offsetReset))
    throw new TopologyError(
      'STREAMS_OFFSET_RESET_CONFLICT',
      `Two stream() calls (${name} and ${otherName}) read the same topics with different offsetReset: give both the same.`,
      { facts },
    )
}

function otherBuilder(node: string): TypeError {
  return new TypeError(`${node} reads streams or tables of two builders: make them all with one StreamsBuilder.`)
}
