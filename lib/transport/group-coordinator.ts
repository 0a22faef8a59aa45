import type { TopicPartition } from '../model/topic-partition.ts'

/** Who a member is in one generation of its group. The coordinator refuses a zombie by it. */
export interface GroupIdentity {
  readonly groupId: string
  /** −1 for a client that is in no generation. */
  readonly generationId: number
  readonly memberId: string
  readonly groupInstanceId: string | null
}

export interface OffsetCommit extends TopicPartition {
  /** The offset to read next. */
  readonly offset: number
  /** −1 where the epoch is not known. */
  readonly leaderEpoch: number
  /** Kafka Streams keeps partition time here (`TopicPartitionMetadata`). */
  readonly metadata: string
}

/** One way to assign partitions that a member offers, with what it tells the leader about itself. */
export interface GroupProtocol {
  readonly name: string
  readonly metadata: Uint8Array
}

export interface JoinRequest {
  readonly groupId: string
  /** Empty at the first join: the coordinator then gives an id. */
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
  /** The leader is answered all members, the others an empty list. */
  readonly members: readonly JoinedMember[]
}

export interface MemberAssignmentBytes {
  readonly memberId: string
  readonly assignment: Uint8Array
}

/**
 * Requests to the coordinator of a group (classic protocol). They map one to one to Kafka's; `GroupMember` is the state machine
 * above them. Rejections are `TransportError`s: `rebalance` = join again (REBALANCE_IN_PROGRESS), `fenced` = this member is no
 * longer in the group (UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION, FENCED_INSTANCE_ID). A coordinator that has moved is found again
 * below this port.
 */
export interface GroupCoordinator {
  join(request: JoinRequest): Promise<JoinResponse>
  /** The coordinator answers once the leader has sent its assignments. */
  sync(identity: GroupIdentity, assignments: readonly MemberAssignmentBytes[]): Promise<Uint8Array>
  heartbeat(identity: GroupIdentity): Promise<void>
  leave(identity: GroupIdentity): Promise<void>
  /** All or nothing: one refused partition rejects the call. */
  commitOffsets(identity: GroupIdentity, offsets: readonly OffsetCommit[]): Promise<void>
  close(): Promise<void>
}
