import type { GroupIdentity, JoinRequest, JoinResponse, MemberAssignmentBytes } from '../../group-coordinator.ts'
import type { KafkaRequest } from './request.ts'
import type { RequestWriter } from './request-writer.ts'
import type { ResponseReader } from './response-reader.ts'

export interface WithError {
  readonly errorCode: number
}

/** JoinGroup, version 5: the first with instance ids (KIP-345). */
export function joinGroupRequest(request: JoinRequest): KafkaRequest<WithError & JoinResponse> {
  return {
    apiName: 'JoinGroup',
    apiKey: 11,
    apiVersion: 5,
    brokerWaitMs: request.rebalanceTimeoutMs,
    lane: 'group',
    write: (writer) => {
      writer.string(request.groupId).int32(request.sessionTimeoutMs).int32(request.rebalanceTimeoutMs)
      writer.string(request.memberId).string(request.groupInstanceId).string(request.protocolType)
      writer.array(request.protocols, (out, { name, metadata }) => out.string(name).data(metadata))
    },
    read: readJoin,
  }
}

function readJoin(reader: ResponseReader): WithError & JoinResponse {
  reader.int32()
  const errorCode = reader.int16()
  const generationId = reader.int32()
  const protocolName = reader.string()
  const leaderId = reader.string()
  const memberId = reader.string()
  const members = reader.array((member) => ({
    memberId: member.string(),
    groupInstanceId: member.nullableString(),
    metadata: Uint8Array.from(member.data()),
  }))
  return { errorCode, generationId, protocolName, leaderId, memberId, members }
}

/** SyncGroup, version 3. The broker answers when the leader has sent its assignments. */
export function syncGroupRequest(
  identity: GroupIdentity,
  assignments: readonly MemberAssignmentBytes[],
  brokerWaitMs: number,
): KafkaRequest<WithError & { readonly assignment: Uint8Array }> {
  return {
    apiName: 'SyncGroup',
    apiKey: 14,
    apiVersion: 3,
    brokerWaitMs,
    lane: 'group',
    write: (writer) => {
      writeIdentity(writer, identity)
      writer.array(assignments, (out, { memberId, assignment }) => out.string(memberId).data(assignment))
    },
    read: (reader) => ({ ...readError(reader), assignment: Uint8Array.from(reader.data()) }),
  }
}

export function heartbeatRequest(identity: GroupIdentity): KafkaRequest<WithError> {
  return {
    apiName: 'Heartbeat',
    apiKey: 12,
    apiVersion: 3,
    write: (writer) => writeIdentity(writer, identity),
    read: readError,
  }
}

/** LeaveGroup, version 3. Returns the error code of the request, or else the one of the member in it. */
export function leaveGroupRequest({ groupId, memberId, groupInstanceId }: GroupIdentity): KafkaRequest<WithError> {
  return {
    apiName: 'LeaveGroup',
    apiKey: 13,
    apiVersion: 3,
    write: (writer) => void writer.string(groupId).int32(1).string(memberId).string(groupInstanceId),
    read: (reader) => {
      const { errorCode } = readError(reader)
      const members = reader.array((member) => (member.string(), member.nullableString(), member.int16()))
      return { errorCode: errorCode || (members.find((code) => code !== 0) ?? 0) }
    },
  }
}

export function deleteGroupRequest(groupId: string): KafkaRequest<WithError> {
  return {
    apiName: 'DeleteGroups',
    apiKey: 42,
    apiVersion: 1,
    write: (writer) => void writer.array([groupId], (out, id) => out.string(id)),
    read: (reader) => {
      reader.int32()
      const [errorCode = 0] = reader.array((result) => (result.string(), result.int16()))
      return { errorCode }
    },
  }
}

export function writeIdentity(writer: RequestWriter, identity: GroupIdentity): void {
  writer.string(identity.groupId).int32(identity.generationId).string(identity.memberId).string(identity.groupInstanceId)
}

function readError(reader: ResponseReader): WithError {
  reader.int32()
  return { errorCode: reader.int16() }
}
