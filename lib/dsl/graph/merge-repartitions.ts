import type { GraphNode, MergeableRepartition, StreamsGraph } from './graph.ts'
import { repartitionNode } from './repartition.ts'

type Repartitions = ReadonlyMap<GraphNode, ReadonlySet<GraphNode>>

/**
 * Merges all repartitions below an operator that changes the key into one (Java:
 * `InternalStreamsBuilder.mergeRepartitionTopics`). The merged repartition is called like the first of them and stands right
 * behind the operator. The operators between the key change and the old repartitions come after it.
 */
export function mergeRepartitions(graph: StreamsGraph, compatibility: 'safe' | 'java'): void {
  const finder = new RepartitionFinder(compatibility)
  for (const [changer, repartitions] of finder.find([...graph.nodes])) {
    if (repartitions.size > 0) lift(graph, changer, [...repartitions])
  }
}

function lift(graph: StreamsGraph, changer: GraphNode, repartitions: readonly GraphNode[]): void {
  const merged = mergedRepartition(graph, repartitions)
  merged.priority = changer.priority
  for (const repartition of repartitions) {
    // If a child leads to several repartitions, the first of them has moved it already. Java does not find it again, and fails.
    const child = nearest(repartition, (node) => node.parents.has(changer))
    if (child !== undefined) {
      merged.addChild(child)
      changer.removeChild(child)
    }
    graph.replace(repartition, merged)
  }
  changer.addChild(merged)
}

function mergedRepartition(graph: StreamsGraph, repartitions: readonly GraphNode[]): GraphNode {
  const all = repartitions.map(({ repartition }) => repartition as MergeableRepartition)
  const [key, value] = [all.find(({ key }) => key !== undefined)?.key, all.find(({ value }) => value !== undefined)?.value]
  const [{ method, topic }] = all as [MergeableRepartition]
  return repartitionNode(graph, { method, name: topic, key, value })
}

/** Finds, for each operator that changes the key, the repartitions below it that can be merged. */
class RepartitionFinder {
  readonly #compatibility: 'safe' | 'java'

  constructor(compatibility: 'safe' | 'java') {
    this.#compatibility = compatibility
  }

  find(nodes: readonly GraphNode[]): Repartitions {
    const found = new Map<GraphNode, Set<GraphNode>>()
    for (const node of nodes) {
      if (this.#changesKey(node)) found.set(node, new Set())
      else if (node.repartition !== undefined) found.get(this.#changerOf(node)!)?.add(node)
    }
    return behindMerges(
      nodes.filter(({ kind }) => kind === 'merge'),
      found,
    )
  }

  /** The nearest operator above the repartition that changes the key. Undefined if an operator between them changes values. */
  #changerOf(repartition: GraphNode): GraphNode | undefined {
    const changer = nearest(repartition, (node) => this.#changesKey(node))
    const first = nearest(repartition, (node) => this.#changesKey(node) || this.#changesValue(node))
    return first === changer ? changer : undefined
  }

  #changesKey({ changes }: GraphNode): boolean {
    return changes === 'key' || (changes === 'unnoticed key' && this.#compatibility === 'safe')
  }

  #changesValue({ changes }: GraphNode): boolean {
    return changes === 'value' || (changes === 'unnoticed value' && this.#compatibility === 'safe')
  }
}

/**
 * If a key change reaches all its repartitions through a merge of streams, its repartitions are assigned to that merge: the
 * merged repartition then stands behind the merge (Java: `maybeUpdateKeyChangingRepartitionNodeMap`).
 */
function behindMerges(merges: readonly GraphNode[], found: Repartitions): Repartitions {
  const result = new Map(found)
  const changersOf = (merge: GraphNode): GraphNode[] =>
    [...found].filter(([changer, below]) => areBehind(merge, below) && isBehind(changer, merge)).map(([changer]) => changer)
  const moved = merges.map((merge) => [merge, changersOf(merge)] as const)
  for (const [merge, changers] of moved) result.set(merge, new Set(changers.flatMap((changer) => [...found.get(changer)!])))
  for (const [, changers] of moved) for (const changer of changers) result.delete(changer)
  return result
}

function areBehind(merge: GraphNode, repartitions: ReadonlySet<GraphNode>): boolean {
  return [...repartitions].every((repartition) => isBehind(merge, repartition))
}

function isBehind(above: GraphNode, node: GraphNode): boolean {
  return nearest(node, ({ parents }) => parents.has(above)) !== undefined
}

/**
 * The node itself, or the first ancestor that matches. The search goes depth first, as in Java, because generated names depend on
 * its order.
 */
function nearest(node: GraphNode, matches: (node: GraphNode) => boolean): GraphNode | undefined {
  if (matches(node)) return node
  for (const parent of node.parents) {
    const found = nearest(parent, matches)
    if (found !== undefined) return found
  }
  return undefined
}
