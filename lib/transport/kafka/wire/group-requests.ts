import type { GroupIdentity, JoinRequest, JoinResponse, MemberAssignmentBytes } from '../../group-coordinator.ts'
import { deleteGroups } from './apis/delete-groups.ts'
import { heartbeat } from './apis/heartbeat.ts'
import { joinGroup } from './apis/join-group.ts'
import { leaveGroup } from './apis/leave-group.ts'
import { syncGroup } from './apis/sync-group.ts'
import { kafkaRequest } from './request.ts'
import type { KafkaRequest } from './request.ts'

export interface WithError {
  readonly errorCode: number
}

/** From version 5 on, a join has an instance id (KIP-345). */
export function joinGroupRequest(request: JoinRequest): KafkaRequest<WithError & JoinResponse> {
  return kafkaRequest(joinGroup, {
    minVersion: 5,
    lane: 'group',
    brokerWaitMs: request.rebalanceTimeoutMs,
    body: request,
    read: ({ errorCode, generationId, protocolName, leader, memberId, members }) => ({
      errorCode,
      generationId,
      protocolName: protocolName ?? '',
      leaderId: leader,
      memberId,
      members: members.map((member) => ({ ...member, metadata: Uint8Array.from(member.metadata) })),
    }),
  })
}

/** The broker answers when the leader has sent its assignments. */
export function syncGroupRequest(
  identity: GroupIdentity,
  assignments: readonly MemberAssignmentBytes[],
  brokerWaitMs: number,
): KafkaRequest<WithError & { readonly assignment: Uint8Array }> {
  return kafkaRequest(syncGroup, {
    minVersion: 3,
    // Versions from 5 on must name the protocol, which an identity does not have.
    maxVersion: 4,
    lane: 'group',
    brokerWaitMs,
    body: { ...identity, assignments },
    read: ({ errorCode, assignment }) => ({ errorCode, assignment: Uint8Array.from(assignment) }),
  })
}

export function heartbeatRequest(identity: GroupIdentity): KafkaRequest<WithError> {
  return kafkaRequest(heartbeat, { minVersion: 3, body: identity, read: ({ errorCode }) => ({ errorCode }) })
}

/** Resolves with the error code of the request, or else the one of the member in it. */
export function leaveGroupRequest({ groupId, memberId, groupInstanceId }: GroupIdentity): KafkaRequest<WithError> {
  return kafkaRequest(leaveGroup, {
    minVersion: 3,
    body: { groupId, members: [{ memberId, groupInstanceId }] },
    read: ({ errorCode, members }) => ({
      errorCode: errorCode || (members.find((member) => member.errorCode !== 0)?.errorCode ?? 0),
    }),
  })
}

export function deleteGroupRequest(groupId: string): KafkaRequest<WithError> {
  return kafkaRequest(deleteGroups, {
    body: { groupsNames: [groupId] },
    read: ({ results }) => ({ errorCode: results[0]?.errorCode ?? 0 }),
  })
}
