import type { TopicPartition } from '../model/topic-partition.ts'

/** Identifies a member in one generation of its group. By it the coordinator recognizes zombies, and refuses them. */
export interface GroupIdentity {
  /** Name of the group. */
  readonly groupId: string
  /** The generation of the group. −1 for a client that is not a member. */
  readonly generationId: number
  /** The id that the coordinator has given to the member. Empty for a client that is not a member. */
  readonly memberId: string
  /** Id of a static member (KIP-345). Null for a dynamic one. */
  readonly groupInstanceId: string | null
}

/** A committed offset of a group. */
export interface OffsetCommit extends TopicPartition {
  /** The offset of the record to read next. */
  readonly offset: number
  /** The leader epoch of the last processed record. −1 if it is not known. */
  readonly leaderEpoch: number
  /** A text that is committed with the offset. Kafka Streams keeps the partition time in it (`TopicPartitionMetadata`). */
  readonly metadata: string
}

/** An assignor that a member supports, and the metadata that this member sends to the leader for it. */
export interface GroupProtocol {
  /** Name of the protocol, such as `cooperative-sticky`. */
  readonly name: string
  /** The member's metadata for the leader, in the format of the assignor. */
  readonly metadata: Uint8Array
}

/** The request of a member to join its group (Kafka: `JoinGroupRequest`). */
export interface JoinRequest {
  /** Name of the group. */
  readonly groupId: string
  /** The member's id. Empty at the first join: the coordinator then chooses an id. */
  readonly memberId: string
  /** Id of a static member (KIP-345). Null for a dynamic one. */
  readonly groupInstanceId: string | null
  /** The coordinator removes the member if no heartbeat comes for this long, in ms. */
  readonly sessionTimeoutMs: number
  /** The longest time that a rebalance waits for this member, in ms. */
  readonly rebalanceTimeoutMs: number
  /** The kind of the group: `consumer` for consumers and Kafka Streams. */
  readonly protocolType: string
  /** The protocols that the member offers, the preferred one first. */
  readonly protocols: readonly GroupProtocol[]
}

/** A member of the group, as its leader sees it. */
export interface JoinedMember {
  /** Id of the member. */
  readonly memberId: string
  /** Id of a static member. Null for a dynamic one. */
  readonly groupInstanceId: string | null
  /** The member's metadata for the leader, in the format of the chosen protocol. */
  readonly metadata: Uint8Array
}

/** The coordinator's answer to a join (Kafka: `JoinGroupResponse`). */
export interface JoinResponse {
  /** Number of the generation that the member is in. */
  readonly generationId: number
  /** Id of the member that has joined. */
  readonly memberId: string
  /** Id of the member that assigns partitions in this generation. */
  readonly leaderId: string
  /** The protocol that the coordinator has chosen. All members support it. */
  readonly protocolName: string
  /** All members, in the answer to the leader. Empty in the answers to other members. */
  readonly members: readonly JoinedMember[]
}

/** The leader's assignment for one member. */
export interface MemberAssignmentBytes {
  /** Id of the member. */
  readonly memberId: string
  /** The assignment, in the format of the chosen protocol. */
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
  /**
   * Joins the group, or joins it again. The coordinator answers once all members have joined, or the rebalance timeout has
   * passed. `onMemberId` is called as soon as the coordinator has given the member an id, which may be long before the answer.
   */
  join(request: JoinRequest, onMemberId?: (memberId: string) => void): Promise<JoinResponse>
  /** Resolves with this member's assignment, once the leader has sent all assignments. Only the leader passes `assignments`. */
  sync(identity: GroupIdentity, assignments: readonly MemberAssignmentBytes[]): Promise<Uint8Array>
  /** Keeps the member's session alive. Rejects with kind `rebalance` if the member has to join again. */
  heartbeat(identity: GroupIdentity): Promise<void>
  /** Leaves the group, which rebalances at once. */
  leave(identity: GroupIdentity): Promise<void>
  /** Commits all offsets or none: if one partition is refused, the promise rejects. */
  commitOffsets(identity: GroupIdentity, offsets: readonly OffsetCommit[]): Promise<void>
  /** Ends the connections without leaving the group. Calls under way reject. Idempotent. */
  close(): Promise<void>
}
