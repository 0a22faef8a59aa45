import { createHash } from 'node:crypto'
import { changelogTopicOf } from '../../topology/changelog-topic.ts'
import type { StoreNode, Subtopology, TopologyNode, TopologyPlan } from '../../topology/topology-plan.ts'

/**
 * A digest of the parts of a topology that all members of a group must share: the sub-topologies with their sources, internal
 * topics and stores. Task ids, the names of internal topics and state directories follow from these parts. Processors are not part
 * of the digest, so that the code of an operator may differ between instances.
 */
export function topologyHash({ subtopologies }: TopologyPlan): string {
  return createHash('sha256')
    .update(JSON.stringify(subtopologies.map(shapeOf)))
    .digest('hex')
    .slice(0, 16)
}

function shapeOf({ id, kind, nodes, sourceTopics, repartitionTopics, stores }: Subtopology): unknown {
  const repartitions = repartitionTopics.map(({ name, partitions }) => [name, partitions ?? null])
  return [id, kind, sourceTopics, nodes.flatMap(patternOf), repartitions, stores.map(storeShape)]
}

function patternOf(node: TopologyNode): readonly string[] {
  return node.kind === 'source' && node.pattern !== undefined ? [String(node.pattern)] : []
}

function storeShape(store: StoreNode): unknown {
  const { name, kind } = store.spec
  return [name, kind, changelogTopicOf(store) ?? null]
}
