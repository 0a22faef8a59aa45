import type { TopicPartition } from '../model/topic-partition.ts'

/** A member at one generation of its group: what fences a zombie. */
export interface GroupIdentity {
  readonly groupId: string
  /** −1 outside of a generation. */
  readonly generationId: number
  readonly memberId: string
  readonly groupInstanceId: string | null
}

export interface OffsetCommit extends TopicPartition {
  /** The offset to read next. */
  readonly offset: number
  /** −1 where unknown. */
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
  /** Empty at the first join; the coordinator then gives one. */
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
  /** All members, to the leader; empty to the others. */
  readonly members: readonly JoinedMember[]
}

export interface MemberAssignmentBytes {
  readonly memberId: string
  readonly assignment: Uint8Array
}

/**
 * Requests to the coordinator of a group (classic protocol). They map one to one to Kafka's; `GroupMember` is the state machine
 * above them. Rejections are `TransportError`s: `rebalance` = join again (REBALANCE_IN_PROGRESS), `fenced` = this member is no
 * longer in the group (UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION, FENCED_INSTANCE_ID). A moved coordinator is found again below.
 */
export interface GroupCoordinator {
  join(request: JoinRequest): Promise<JoinResponse>
  /** Answers once the leader has sent its assignments. */
  sync(identity: GroupIdentity, assignments: readonly MemberAssignmentBytes[]): Promise<Uint8Array>
  heartbeat(identity: GroupIdentity): Promise<void>
  leave(identity: GroupIdentity): Promise<void>
  /** All or nothing per call: a refused partition rejects the call. */
  commitOffsets(identity: GroupIdentity, offsets: readonly OffsetCommit[]): Promise<void>
  close(): Promise<void>
}
