import { TopologyError } from '../../../model/errors.ts'
import { taskIdString } from '../../../model/task-id.ts'
import type { TopicPartition } from '../../../model/topic-partition.ts'
import type { TopologyPlan } from '../../../topology/topology-plan.ts'
import { inputTopics, taskCount } from '../../topics/partition-counts.ts'

/**
 * The tasks of a topology with the partitions that each reads (Java: `PartitionGrouper`). A sub-topology has as many tasks as its
 * widest source topic has partitions, and task p reads partition p of each source topic that has one. Global sub-topologies have no
 * tasks. Keys are task id strings, in order of id; partitions are in the order of `comparePartitions`.
 *
 * `partitionCounts` holds the topics of the cluster that the topology reads, internal ones too. A topic without an entry does not
 * exist.
 *
 * Throws a `TopologyError` of code `STREAMS_TOPIC_READ_TWICE` if two sub-topologies read one topic, as may happen with patterns.
 */
export function groupPartitions(
  { subtopologies }: TopologyPlan,
  partitionCounts: ReadonlyMap<string, number>,
): ReadonlyMap<string, readonly TopicPartition[]> {
  const readers = new Map<string, number>()
  const groups = new Map<string, readonly TopicPartition[]>()
  for (const subtopology of subtopologies.filter(({ kind }) => kind === 'regular')) {
    const topics = inputTopics(subtopology, partitionCounts.keys())
    for (const topic of topics) claim(readers, topic, subtopology.id)
    const tasks = taskCount(subtopology, partitionCounts)
    for (let partition = 0; partition < tasks; partition++) {
      const wide = topics.filter((topic) => partition < partitionCounts.get(topic)!)
      groups.set(
        taskIdString({ subtopology: subtopology.id, partition }),
        wide.map((topic) => ({ topic, partition })),
      )
    }
  }
  return groups
}

function claim(readers: Map<string, number>, topic: string, subtopology: number): void {
  const other = readers.get(topic)
  if (other !== undefined)
    throw new TopologyError(
      'STREAMS_TOPIC_READ_TWICE',
      `Sub-topologies ${other} and ${subtopology} both read topic ${topic}: narrow the pattern of one of them, or read it once and branch.`,
      { facts: { topic, subtopologies: [other, subtopology] } },
    )
  readers.set(topic, subtopology)
}
