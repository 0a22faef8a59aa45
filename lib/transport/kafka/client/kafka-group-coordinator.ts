import type {
  GroupCoordinator,
  GroupIdentity,
  JoinRequest,
  JoinResponse,
  MemberAssignmentBytes,
  OffsetCommit,
} from '../../group-coordinator.ts'
import type { ClusterClient } from './cluster-client.ts'
import { throwOnError } from './kafka-errors.ts'
import { errorCodes } from '../wire/error-codes.ts'
import { heartbeatRequest, joinGroupRequest, leaveGroupRequest, syncGroupRequest } from '../wire/group-requests.ts'
import type { WithError } from '../wire/group-requests.ts'
import { offsetCommitRequest } from '../wire/offset-requests.ts'
import type { KafkaRequest } from '../wire/request.ts'

/**
 * The time that a broker may wait before it answers a sync. It waits until the group's leader has sent its assignments, at most the
 * rebalance timeout. 300 s is Java's default of that timeout.
 */
const syncWaitMs = 300_000

export class KafkaGroupCoordinator implements GroupCoordinator {
  readonly #client: ClusterClient

  constructor(client: ClusterClient) {
    this.#client = client
  }

  async join(request: JoinRequest, onMemberId?: (memberId: string) => void): Promise<JoinResponse> {
    let memberId = request.memberId
    const { errorCode: _, ...joined } = await this.#client.retry(async () => {
      const response = await this.#client.sendToCoordinator(request.groupId, joinGroupRequest({ ...request, memberId }))
      // KIP-394: the first answer to a new member has only an id. The member joins again with that id at once.
      if (response.errorCode !== errorCodes.MEMBER_ID_REQUIRED) return this.#checked(request.groupId, 'join', response)
      memberId = response.memberId
      onMemberId?.(memberId)
      return this.#ask(request.groupId, 'join', joinGroupRequest({ ...request, memberId }))
    })
    return joined
  }

  async sync(identity: GroupIdentity, assignments: readonly MemberAssignmentBytes[]): Promise<Uint8Array> {
    const { assignment } = await this.#retried(identity, 'sync with', syncGroupRequest(identity, assignments, syncWaitMs))
    return assignment
  }

  async heartbeat(identity: GroupIdentity): Promise<void> {
    await this.#retried(identity, 'stay in', heartbeatRequest(identity))
  }

  async leave(identity: GroupIdentity): Promise<void> {
    await this.#retried(identity, 'leave', leaveGroupRequest(identity))
  }

  async commitOffsets(identity: GroupIdentity, offsets: readonly OffsetCommit[]): Promise<void> {
    const { groupId } = identity
    const request = offsetCommitRequest(identity, offsets)
    const results = await this.#client.retry(async () => {
      const answered = await this.#client.sendToCoordinator(groupId, request)
      for (const result of answered) if (!isUnknownTopic(result)) this.#checked(groupId, 'commit offsets to', result)
      return answered
    })
    // An unknown topic may have been deleted, so the commit is not retried here. The caller decides.
    for (const { errorCode: code, topic, partition } of results)
      throwOnError(code, `Cannot commit an offset of ${topic}-${partition}`, { groupId, topic, partition })
  }

  close(): Promise<void> {
    this.#client.close()
    return Promise.resolve()
  }

  #retried<T extends WithError>({ groupId }: GroupIdentity, verb: string, request: KafkaRequest<T>): Promise<T> {
    return this.#client.retry(() => this.#ask(groupId, verb, request))
  }

  async #ask<T extends WithError>(groupId: string, verb: string, request: KafkaRequest<T>): Promise<T> {
    return this.#checked(groupId, verb, await this.#client.sendToCoordinator(groupId, request))
  }

  #checked<T extends WithError>(groupId: string, verb: string, response: T): T {
    if (isMoved(response.errorCode)) this.#client.forgetCoordinator(groupId)
    throwOnError(response.errorCode, `Cannot ${verb} group ${groupId}`, { groupId })
    return response
  }
}

function isUnknownTopic({ errorCode: code }: WithError): boolean {
  return code === errorCodes.UNKNOWN_TOPIC_OR_PARTITION
}

function isMoved(code: number): boolean {
  return code === errorCodes.COORDINATOR_NOT_AVAILABLE || code === errorCodes.NOT_COORDINATOR
}
