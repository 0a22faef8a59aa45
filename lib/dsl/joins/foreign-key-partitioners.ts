import { TopologyError } from '../../model/errors.ts'
import type { SubscriptionResponseWrapper } from '../../processor/foreign-key-join/subscription-response-wrapper.ts'
import type { StreamPartitioner } from '../../topology/topology-plan.ts'

/** The user's partitioner of keys, for records whose values are Millrace's own. */
export function byPartitioner(
  partitioner: StreamPartitioner<never, void> | undefined,
): StreamPartitioner<never, never> | undefined {
  if (partitioner === undefined) return undefined
  return (_value, key, partitions, context) => {
    const chosen = partitioner(undefined, key, partitions, context)
    if (chosen !== 'default' && chosen.length !== 1) throw notOnePartition(context.topic, chosen)
    return chosen
  }
}

/** An answer goes to the partition that its subscription came from, however the left topic is partitioned. */
export const toAskingPartition: StreamPartitioner<never, never> = (value) => {
  const { primaryPartition } = value as SubscriptionResponseWrapper<unknown>
  return primaryPartition === null ? 'default' : [primaryPartition]
}

function notOnePartition(topic: string, chosen: readonly number[]): TopologyError {
  const message = `The partitioner of a foreign-key join chose ${chosen.length} partitions of ${topic}: it must choose one.`
  return new TopologyError('STREAMS_FOREIGN_KEY_PARTITIONER', message, { facts: { topic, chosen } })
}
