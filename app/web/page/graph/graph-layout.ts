import { Graph, layout } from '@dagrejs/dagre'
import { partId } from './graph-model.ts'
import type { GraphEdge, GraphModel, GraphNode } from './graph-model.ts'

export interface Box {
  /** Of its middle. */
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface Point {
  readonly x: number
  readonly y: number
}

export interface GraphLayout {
  readonly width: number
  readonly height: number
  readonly boxes: ReadonlyMap<string, Box>
  readonly lines: readonly { readonly edge: GraphEdge; readonly points: readonly Point[] }[]
}

const letterPx = 7
const heights: Readonly<Record<GraphNode['kind'], number>> = {
  topic: 44,
  part: 72,
  source: 32,
  processor: 32,
  sink: 32,
  store: 48,
}

/** Where everything is drawn, from left to right. What is in an open sub-topology is within its box. */
export function graphLayout({ nodes, edges }: GraphModel): GraphLayout {
  const graph = new Graph({ compound: true, multigraph: true })
  graph.setGraph({ rankdir: 'LR', nodesep: 16, ranksep: 44, marginx: 16, marginy: 16 })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const { id, kind, label } of nodes)
    graph.setNode(id, { width: Math.max(96, label.length * letterPx + 24), height: heights[kind] })
  for (const { id, kind, part } of nodes) if (part !== null && kind !== 'part') graph.setParent(id, partId(part))
  for (const [index, { from, to }] of edges.entries()) graph.setEdge(from, to, {}, String(index))
  layout(graph)
  const { width = 0, height = 0 } = graph.graph() as { readonly width?: number; readonly height?: number }
  return {
    width: Math.ceil(width),
    height: Math.ceil(height),
    boxes: new Map(nodes.map(({ id }) => [id, graph.node(id) as unknown as Box])),
    lines: edges.map((edge, index) => {
      const { points } = graph.edge(edge.from, edge.to, String(index)) as unknown as { readonly points: readonly Point[] }
      return { edge, points }
    }),
  }
}
