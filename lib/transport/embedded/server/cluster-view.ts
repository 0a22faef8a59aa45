import type { TopicPartition } from '../../../model/topic-partition.ts'

/** A broker of the cluster, with the address that clients are told. */
export interface BrokerNode {
  readonly nodeId: number
  readonly host: string
  readonly port: number
}

/** The leader of a partition. Its `nodeId` is −1 while there is none. */
export interface PartitionLeader {
  readonly nodeId: number
  /** The number of the leader's term (KIP-101). */
  readonly epoch: number
}

/** What the brokers of a cluster know of each other: which of them live, lead partitions, and coordinate groups. */
export interface ClusterView {
  readonly clusterId: string
  /** The brokers that live. */
  nodes(): readonly BrokerNode[]
  /** Id of the broker that creates topics. −1 while there is none. */
  controllerId(): number
  leaderOf(partition: TopicPartition): PartitionLeader
  /** Id of the broker that coordinates the group. −1 while there is none. */
  coordinatorOf(groupId: string): number
  /** Whether the coordinator of the group still reads what the log has of it. */
  isLoading(groupId: string): boolean
}

/** The view of a broker that is alone. `epochOf`: the epoch in which it leads a partition. */
export function viewOfOne(node: BrokerNode, clusterId: string, epochOf: (partition: TopicPartition) => number): ClusterView {
  return {
    clusterId,
    nodes: () => [node],
    controllerId: () => node.nodeId,
    leaderOf: (partition) => ({ nodeId: node.nodeId, epoch: epochOf(partition) }),
    coordinatorOf: () => node.nodeId,
    isLoading: () => false,
  }
}
