import type {
  GroupCoordinator,
  GroupIdentity,
  JoinRequest,
  JoinResponse,
  MemberAssignmentBytes,
  OffsetCommit,
} from '../group-coordinator.ts'
import type { EmbeddedBroker } from './embedded-broker.ts'

/** The host that a group shows for members in this process. */
const thisHost = '127.0.0.1'

export class EmbeddedGroupCoordinator implements GroupCoordinator {
  readonly #broker: EmbeddedBroker
  readonly #clientId: string

  constructor(broker: EmbeddedBroker, clientId: string) {
    this.#broker = broker
    this.#clientId = clientId
  }

  async join(request: JoinRequest, onMemberId?: (memberId: string) => void): Promise<JoinResponse> {
    return this.#broker.group(request.groupId).join(request, { clientId: this.#clientId, clientHost: thisHost }, onMemberId)
  }

  async sync(identity: GroupIdentity, assignments: readonly MemberAssignmentBytes[]): Promise<Uint8Array> {
    return this.#broker.group(identity.groupId).sync(identity, assignments)
  }

  async heartbeat(identity: GroupIdentity): Promise<void> {
    this.#broker.group(identity.groupId).heartbeat(identity)
  }

  async leave(identity: GroupIdentity): Promise<void> {
    this.#broker.group(identity.groupId).leave(identity)
  }

  async commitOffsets(identity: GroupIdentity, offsets: readonly OffsetCommit[]): Promise<void> {
    this.#broker.commitOffsets(identity, offsets)
    await this.#broker.settled()
  }

  async close(): Promise<void> {}
}
