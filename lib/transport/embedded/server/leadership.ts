import type { TopicPartition } from '../../../model/topic-partition.ts'
import { errorCodes } from '../../kafka/wire/error-codes.ts'
import type { RequestContext } from './handler.ts'

/** The error of a request about a partition that this broker does not lead, or of another epoch of its leader (KIP-320). */
export function misdirected(partition: TopicPartition, context: RequestContext, currentLeaderEpoch = -1): number {
  const { view, nodeId, broker } = context
  if (broker.topics.get(partition.topic)?.partitions[partition.partition] === undefined) return 0
  const leader = view.leaderOf(partition)
  if (leader.nodeId !== nodeId) return errorCodes.NOT_LEADER_OR_FOLLOWER
  if (currentLeaderEpoch < 0 || currentLeaderEpoch === leader.epoch) return 0
  return currentLeaderEpoch < leader.epoch ? errorCodes.FENCED_LEADER_EPOCH : errorCodes.UNKNOWN_LEADER_EPOCH
}

/** The leader that a client should have asked (KIP-951). Nothing if it did, or if there is none. */
export function leadership(partition: TopicPartition, { view, nodeId }: RequestContext) {
  const leader = view.leaderOf(partition)
  if (leader.nodeId === nodeId || leader.nodeId < 0) return {}
  return { currentLeader: { leaderId: leader.nodeId, leaderEpoch: leader.epoch } }
}
