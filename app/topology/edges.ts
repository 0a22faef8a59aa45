import type { DescribedNode } from './described.ts'

/** What an arrow begins or ends at. */
export interface End {
  readonly kind: 'topic' | 'node'
  readonly name: string
}

export interface Edge {
  readonly from: End
  readonly to: End
}

/** Arrows from node to node. Sources and sinks are only the ends of topics: their topics stand for them. */
export function edgesOf(nodes: readonly DescribedNode[]): Edge[] {
  const byName = new Map(nodes.map((node) => [node.name, node]))
  const endsOf = ({ kind, name, topics }: DescribedNode): End[] =>
    kind === 'processor' ? [{ kind: 'node', name }] : topics.map((topic) => ({ kind: 'topic', name: topic }))
  return nodes.flatMap((node) => {
    const starts = endsOf(node)
    const ends = node.successors.flatMap((name) => endsOf(byName.get(name)!))
    return starts.flatMap((from) => ends.map((to) => ({ from, to })))
  })
}

/** The topics that nodes read or write, each once. */
export function topicsOf(nodes: readonly DescribedNode[]): string[] {
  return [...new Set(nodes.flatMap(({ topics }) => topics))]
}

export function storesOf(nodes: readonly DescribedNode[]): string[] {
  return [...new Set(nodes.flatMap(({ stores }) => stores))]
}
