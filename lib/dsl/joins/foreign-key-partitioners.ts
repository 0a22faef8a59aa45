import type { SubscriptionResponseWrapper } from '../../processor/foreign-key-join/subscription-response-wrapper.ts'
import type { SinkDefinition } from '../../topology/internal-topology-builder.ts'
import type { StreamPartitioner } from '../../topology/topology-plan.ts'

/** Options of a sink that the user's partitioner partitions by key only: the values in the topic are internal to the join. */
export function byKey(
  partitioner: StreamPartitioner<never, void> | undefined,
): Pick<SinkDefinition, 'partitioner' | 'partitionedBy'> {
  return partitioner === undefined ? {} : { partitioner: partitioner as StreamPartitioner<never, never>, partitionedBy: 'key' }
}

/** An answer goes to the partition that its subscription came from, however the left topic is partitioned. */
export const toAskingPartition: StreamPartitioner<never, never> = (value) => {
  const { primaryPartition } = value as SubscriptionResponseWrapper<unknown>
  return primaryPartition === null ? 'default' : [primaryPartition]
}
