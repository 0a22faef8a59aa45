import type { TopicPartition } from '../../model/topic-partition.ts'
import type { Subtopology, TopologyPlan } from '../../topology/topology-plan.ts'

/** Topics that a sub-topology reads, of those that exist: named ones, and those its patterns match. Sorted, each once. */
export function sourceTopicsOf(_subtopology: Subtopology, _existing: Iterable<string>): readonly string[] {
  throw new Error('The body follows.')
}

/**
 * Tasks and what each reads (Java: `PartitionGrouper`): a sub-topology has as many tasks as its widest source topic has
 * partitions, and task p reads partition p of each source topic that has one. Global sub-topologies have no tasks. Keys are task
 * id strings, in order of id; partitions are in the order of `comparePartitions`.
 *
 * `partitionCounts` holds all topics of the cluster that matter, internal ones too; what is not in there does not exist.
 */
export function groupPartitions(
  _plan: TopologyPlan,
  _partitionCounts: ReadonlyMap<string, number>,
): ReadonlyMap<string, readonly TopicPartition[]> {
  throw new Error('The body follows.')
}
