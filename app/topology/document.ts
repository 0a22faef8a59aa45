import { createHash } from 'node:crypto'
import type { Topology, TopologyPlan } from 'millrace'
import type { NodeDocument, PartDocument, StoreDocument, TopicDocument, TopologyDocument } from '../contracts/topology.ts'
import { described } from './described.ts'

type PlannedPart = TopologyPlan['subtopologies'][number]
type PlannedStore = PlannedPart['stores'][number]
type PlannedTopic = PlannedPart['repartitionTopics'][number]

/** All that is known of a topology before it runs: what `describe()` says, and what the plan adds of stores and internal topics. */
export function topologyDocument(applicationId: string, topology: Topology): TopologyDocument {
  const text = topology.describe()
  const plan = topology.plan(applicationId)
  const parts = described(text).map(({ kind, nodes }, id): PartDocument => {
    const planned = plan.subtopologies[id]!
    const stores = planned.stores.map(storeDocument).sort((left, right) => left.name.localeCompare(right.name))
    const withSerdes = nodes.map((node): NodeDocument => ({ ...node, ...serdesOf(planned, node.name) }))
    return { id, kind, nodes: withSerdes, stores, repartitions: planned.repartitionTopics.map(topicDocument) }
  })
  return { applicationId, hash: createHash('sha256').update(text).digest('hex').slice(0, 16), parts }
}

function serdesOf({ nodes }: PlannedPart, name: string): Pick<NodeDocument, 'serdes'> {
  const node = nodes.find((other) => other.name === name)
  if (node === undefined || node.kind === 'processor') return {}
  return { serdes: { key: node.key?.name ?? null, value: node.value?.name ?? null } }
}

function topicDocument({ name, partitions, config }: PlannedTopic): TopicDocument {
  return { name, partitions: partitions ?? null, config }
}

function storeDocument({ spec, changelog }: PlannedStore): StoreDocument {
  const { retentionMs, windowSizeMs } = spec as { readonly retentionMs?: number; readonly windowSizeMs?: number }
  return {
    name: spec.name,
    kind: spec.kind,
    ...(retentionMs !== undefined && { windows: { sizeMs: windowSizeMs ?? null, retentionMs } }),
    changelog: changelogOf(changelog),
  }
}

function changelogOf(changelog: PlannedStore['changelog']): StoreDocument['changelog'] {
  if (changelog === undefined) return null
  if (changelog.kind === 'internal') return { kind: 'internal', ...topicDocument(changelog.topic) }
  return { kind: 'source', name: changelog.topic, partitions: null, config: changelog.config }
}
