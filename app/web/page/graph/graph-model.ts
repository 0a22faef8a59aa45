import type { NodeDocument, PartDocument, TopologyDocument } from '../../../contracts/topology.ts'

type GraphNodeKind = 'topic' | 'part' | NodeDocument['kind'] | 'store'

export interface GraphNode {
  readonly id: string
  readonly kind: GraphNodeKind
  /** As `describe()` has it. */
  readonly name: string
  readonly label: string
  /** The sub-topology that it is in; null: a topic. */
  readonly part: number | null
  /** Of topics: made by the application itself. */
  readonly isInternal: boolean
  /** Of stores: of each process, whole. */
  readonly isGlobal: boolean
}

export interface GraphEdge {
  readonly from: string
  readonly to: string
  /** The topic whose records flow there; null within a sub-topology. */
  readonly topic: string | null
}

export interface GraphModel {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
}

/** Nodes are numbered by the builder; a reader looks for what they do. */
const shortOf = (name: string): string => name.replace(/-0{2,}(\d+)/, ' $1').replace(/^(KSTREAM|KTABLE)-/, '')

const topicId = (name: string): string => `topic ${name}`
export const partId = (id: number): string => `part ${id}`

/** What is drawn: topics and sub-topologies, and of those that are open each node and store that `describe()` has. */
export function graphModel({ applicationId, parts }: TopologyDocument, open: ReadonlySet<number>): GraphModel {
  const drawn = parts.map((part) => (open.has(part.id) ? openPart(part) : closedPart(part)))
  const internal = new Set(parts.flatMap(({ repartitions }) => repartitions.map(({ name }) => name)))
  const topics = [...new Set(parts.flatMap(({ nodes }) => nodes.flatMap((node) => node.topics)))]
  const topicNodes = topics.map((name): GraphNode => {
    const isInternal = internal.has(name) || internal.has(`${applicationId}-${name}`)
    return { id: topicId(name), kind: 'topic', name, label: name, part: null, isInternal, isGlobal: false }
  })
  const partNodes = parts.map((part): GraphNode => node('part', part, `sub-topology ${part.id}`, partId(part.id)))
  return {
    nodes: [...topicNodes, ...partNodes, ...drawn.flatMap(({ nodes }) => nodes)],
    edges: drawn.flatMap(({ edges }) => edges),
  }
}

function node(kind: GraphNodeKind, { id: part, kind: partKind }: PartDocument, name: string, id: string): GraphNode {
  return { id, kind, name, label: shortOf(name), part, isInternal: false, isGlobal: partKind === 'global' }
}

function closedPart({ id, nodes }: PartDocument): GraphModel {
  const topics = (kind: NodeDocument['kind']): string[] => [
    ...new Set(nodes.flatMap((one) => (one.kind === kind ? one.topics : []))),
  ]
  const into = topics('source').map((topic): GraphEdge => ({ from: topicId(topic), to: partId(id), topic }))
  const out = topics('sink').map((topic): GraphEdge => ({ from: partId(id), to: topicId(topic), topic }))
  return { nodes: [], edges: [...into, ...out] }
}

function openPart(part: PartDocument): GraphModel {
  const [nodeId, storeId] = [(name: string) => `node ${part.id} ${name}`, (name: string) => `store ${part.id} ${name}`]
  const stores = [...new Set(part.nodes.flatMap((one) => one.stores))]
  const edges = part.nodes.flatMap(({ kind, name, topics, stores: used, successors }): GraphEdge[] => [
    ...topics.map((topic): GraphEdge => {
      const [outer, inner] = [topicId(topic), nodeId(name)]
      return kind === 'source' ? { from: outer, to: inner, topic } : { from: inner, to: outer, topic }
    }),
    ...successors.map((next): GraphEdge => ({ from: nodeId(name), to: nodeId(next), topic: null })),
    ...used.map((store): GraphEdge => ({ from: nodeId(name), to: storeId(store), topic: null })),
  ])
  return {
    nodes: [
      ...part.nodes.map(({ kind, name }) => node(kind, part, name, nodeId(name))),
      ...stores.map((name) => node('store', part, name, storeId(name))),
    ],
    edges,
  }
}
