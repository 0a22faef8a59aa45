import { copiedHashSetOrder, hashSetOrder, JavaTreeSet } from '../model/java-hash-order.ts'
import type { NodeDefinition, NodeGroup, InternalTopologyBuilder } from './internal-topology-builder.ts'

/**
 * A node of the description. `size` counts the node and its descendants; a descendant counts once for each path that leads to it.
 */
interface DescribedNode {
  readonly name: string
  size: number
  readonly predecessors: JavaTreeSet<DescribedNode>
  readonly successors: JavaTreeSet<DescribedNode>
}

/** Describes a topology, byte for byte as Java's `TopologyDescription.toString()`. */
export function describeTopology(topology: InternalTopologyBuilder): string {
  const parts = topology
    .nodeGroups()
    .map((group, id) => (group.kind === 'global' ? describeGlobal(id, group) : describeGroup(id, group)))
  return `Topologies:\n ${parts.map((part) => `  ${part}`).join('')}`
}

function describeGroup(id: number, group: NodeGroup): string {
  const definitions = new Map(group.nodes.map((node) => [node.name, node]))
  const nodes = linked(definitions).toSorted(compareNodes)
  const lines = nodes.map((node) => `    ${describeNode(definitions.get(node.name)!, node)}\n`)
  return `Sub-topology: ${id}\n${lines.join('')}\n`
}

function describeGlobal(id: number, group: NodeGroup): string {
  const nodes = linked(new Map(group.nodes.map((node) => [node.name, node])))
  const lines = group.nodes.map((definition) => {
    const node = nodes.find(({ name }) => name === definition.name)!
    return `    ${describeNode(definition, node)}\n`
  })
  return `Sub-topology: ${id} for global store (will not generate tasks)\n${lines.join('')}`
}

/**
 * Links nodes with their neighbours in Java's order. Sizes grow meanwhile. A neighbour that is already in a set keeps the place
 * that its earlier size gave it.
 */
function linked(definitions: ReadonlyMap<string, NodeDefinition>): DescribedNode[] {
  const names = hashSetOrder(hashSetOrder(definitions.keys()))
  const nodes = new Map(names.map((name) => [name, describedNode(name)]))
  for (const node of nodes.values()) {
    for (const parent of parentsOf(definitions.get(node.name)!)) {
      const predecessor = nodes.get(parent)!
      node.predecessors.add(predecessor)
      predecessor.successors.add(node)
      grow(predecessor, node.size)
    }
  }
  return [...nodes.values()]
}

function describedNode(name: string): DescribedNode {
  return { name, size: 1, predecessors: new JavaTreeSet(compareNodes), successors: new JavaTreeSet(compareNodes) }
}

function grow(node: DescribedNode, delta: number): void {
  node.size += delta
  for (const predecessor of node.predecessors) grow(predecessor, delta)
}

/** Sorts larger nodes first, and nodes of the same size by name (Java: `NODE_COMPARATOR`). */
function compareNodes(left: DescribedNode, right: DescribedNode): number {
  if (left.size !== right.size) return right.size - left.size
  if (left.name === right.name) return 0
  return left.name < right.name ? -1 : 1
}

function parentsOf(node: NodeDefinition): readonly string[] {
  return node.kind === 'source' ? [] : node.parents
}

function describeNode(definition: NodeDefinition, node: DescribedNode): string {
  const successors = `\n      --> ${namesOf(node.successors)}`
  const predecessors = `\n      <-- ${namesOf(node.predecessors)}`
  switch (definition.kind) {
    case 'source': {
      const topics = definition.pattern?.source ?? list(copiedHashSetOrder(definition.topics))
      return `Source: ${definition.name} (topics: ${topics})${successors}`
    }
    case 'processor': {
      const stores = list(copiedHashSetOrder(hashSetOrder(definition.stores)))
      return `Processor: ${definition.name} (stores: ${stores})${successors}${predecessors}`
    }
    case 'sink': {
      const { topic } = definition
      const target = typeof topic === 'string' ? `topic: ${topic}` : `extractor class: ${topic.name || 'anonymous'}`
      return `Sink: ${definition.name} (${target})${predecessors}`
    }
  }
}

function namesOf(nodes: Iterable<DescribedNode>): string {
  const names = [...nodes].map(({ name }) => name)
  return names.length === 0 ? 'none' : names.join(', ')
}

function list(names: readonly string[]): string {
  return `[${names.join(', ')}]`
}
