import type { TopicPartition } from '../model/topic-partition.ts'

/** Identifies a member in one generation of its group. By it the coordinator recognizes zombies, and refuses them. */
export interface GroupIdentity {
  readonly groupId: string
  /** −1 for a client that is in no generation. */
  readonly generationId: number
  readonly memberId: string
  readonly groupInstanceId: string | null
}

export interface OffsetCommit extends TopicPartition {
  /** The offset of the record to read next. */
  readonly offset: number
  /** −1 if the epoch is not known. */
  readonly leaderEpoch: number
  /** Kafka Streams keeps partition time here (`TopicPartitionMetadata`). */
  readonly metadata: string
}

/** An assignor that a member supports, and the metadata that this member sends to the leader for it. */
export interface GroupProtocol {
  readonly name: string
  readonly metadata: Uint8Array
}

export interface JoinRequest {
  readonly groupId: string
  /** Empty at the first join: the coordinator then chooses an id. */
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  readonly protocolType: string
  readonly protocols: readonly GroupProtocol[]
}

export interface JoinedMember {
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly metadata: Uint8Array
}

export interface JoinResponse {
  readonly generationId: number
  readonly memberId: string
  readonly leaderId: string
  readonly protocolName: string
  /** All members, in the answer to the leader. Empty in the answers to other members. */
  readonly members: readonly JoinedMember[]
}

export interface MemberAssignmentBytes {
  readonly memberId: string
  readonly assignment: Uint8Array
}

/**
 * Sends requests of the classic group protocol to the coordinator of a group. Each method is one request of Kafka's protocol.
 * `GroupMember` is the state machine above this port. An implementation finds a coordinator that has moved by itself.
 *
 * Promises reject with `TransportError`s. Kind `rebalance`: the member has to join again (REBALANCE_IN_PROGRESS). Kind `fenced`:
 * the member is no longer in the group (UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION, FENCED_INSTANCE_ID).
 */
export interface GroupCoordinator {
  join(request: JoinRequest): Promise<JoinResponse>
  /** Resolves with this member's assignment, once the leader has sent all assignments. Only the leader passes `assignments`. */
  sync(identity: GroupIdentity, assignments: readonly MemberAssignmentBytes[]): Promise<Uint8Array>
  heartbeat(identity: GroupIdentity): Promise<void>
  leave(identity: GroupIdentity): Promise<void>
  /** Commits all offsets or none: if one partition is refused, the promise rejects. */
  commitOffsets(identity: GroupIdentity, offsets: readonly OffsetCommit[]): Promise<void>
  close(): Promise<void>
}
