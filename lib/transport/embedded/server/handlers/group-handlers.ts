import { heartbeat } from '../../../kafka/wire/apis/heartbeat.ts'
import { joinGroup } from '../../../kafka/wire/apis/join-group.ts'
import { leaveGroup } from '../../../kafka/wire/apis/leave-group.ts'
import { syncGroup } from '../../../kafka/wire/apis/sync-group.ts'
import type { GroupIdentity } from '../../../group-coordinator.ts'
import { errorCodes } from '../../../kafka/wire/error-codes.ts'
import { codeOf, outcomeOf } from '../error-codes.ts'
import type { Handler, RequestContext } from '../handler.ts'
import { handler } from '../handler.ts'

/** The error of a request that this broker is not the right one for, or that names no group. */
export function misdirectedGroup(groupId: string, { view, nodeId }: RequestContext): number {
  if (groupId === '') return errorCodes.INVALID_GROUP_ID
  const coordinator = view.coordinatorOf(groupId)
  if (coordinator < 0) return errorCodes.COORDINATOR_NOT_AVAILABLE
  if (coordinator !== nodeId) return errorCodes.NOT_COORDINATOR
  return view.isLoading(groupId) ? errorCodes.COORDINATOR_LOAD_IN_PROGRESS : 0
}

const refusedJoin = (errorCode: number, memberId: string, version: number) => {
  const protocolName = version >= 7 ? null : ''
  return { errorCode, generationId: -1, protocolName, leader: '', memberId, members: [] }
}

const joined = handler(joinGroup, async (request, context) => {
  const { broker, version, clientId, clientHost } = context
  const { groupId, memberId, groupInstanceId } = request
  const wrong = misdirectedGroup(groupId, context)
  if (wrong !== 0) return refusedJoin(wrong, memberId, version)
  const group = broker.group(groupId)
  // KIP-394: a dynamic member gets its id first, so that a client that gives up leaves no member behind.
  if (memberId === '' && groupInstanceId === null && version >= 4)
    return refusedJoin(errorCodes.MEMBER_ID_REQUIRED, group.reserveMemberId(clientId, request.sessionTimeoutMs), version)
  try {
    const { leaderId: leader, ...answer } = await group.join(request, { clientId, clientHost })
    return { errorCode: 0, protocolType: request.protocolType, leader, ...answer }
  } catch (error) {
    return refusedJoin(codeOf(error), memberId, version)
  }
})

const synced = handler(syncGroup, async ({ assignments, ...request }, context) => {
  const wrong = misdirectedGroup(request.groupId, context)
  if (wrong !== 0) return { errorCode: wrong, assignment: nothing }
  const group = context.broker.group(request.groupId)
  try {
    const assignment = await group.sync(request, assignments)
    return { errorCode: 0, protocolType: group.protocolType, protocolName: group.protocolName, assignment }
  } catch (error) {
    return { errorCode: codeOf(error), assignment: nothing }
  }
})

const nothing = new Uint8Array(0)

/** A coordinator that still loads the group believes every heartbeat: nobody shall join anew for that. */
const alive = handler(heartbeat, (identity, context) => {
  const wrong = misdirectedGroup(identity.groupId, context)
  if (wrong === errorCodes.COORDINATOR_LOAD_IN_PROGRESS) return { errorCode: 0 }
  return { errorCode: wrong || outcomeOf(() => context.broker.group(identity.groupId).heartbeat(identity)) }
})

/** A static member is named by its instance id alone, too (Java: `Admin.removeMembersFromConsumerGroup`). */
function leave(identity: GroupIdentity, { broker }: RequestContext): number {
  return outcomeOf(() => broker.group(identity.groupId).leave(identity))
}

const left = handler(leaveGroup, ({ groupId, memberId, members }, context) => {
  const wrong = misdirectedGroup(groupId, context)
  if (wrong !== 0) return { errorCode: wrong }
  const generationId = -1
  if (context.version < 3) return { errorCode: leave({ groupId, generationId, memberId, groupInstanceId: null }, context) }
  const results = members.map((member) => {
    const { memberId: id, groupInstanceId } = member
    return { memberId: id, groupInstanceId, errorCode: leave({ groupId, generationId, memberId: id, groupInstanceId }, context) }
  })
  return { errorCode: 0, members: results }
})

export const groupHandlers: readonly Handler[] = [joined, synced, alive, left]
