import type { TopicPartition } from '../model/topic-partition.ts'

/** Identifies a member in one generation of its group. By it the coordinator recognizes zombies, and refuses them. */
export interface GroupIdentity {
  /** Name of the group. */
  readonly groupId: string
  /** −1 for a client that is in no generation. */
  readonly generationId: number
  /** Id that the coordinator has given to the member. Empty for a client that is in no generation. */
  readonly memberId: string
  /** Id of a static member (KIP-345). Null for a dynamic one. */
  readonly groupInstanceId: string | null
}

/** How far a group has read a partition. */
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
  /** Name of the protocol, such as `cooperative-sticky`. */
  readonly name: string
  /** What the member tells the leader, in the protocol's own format. */
  readonly metadata: Uint8Array
}

/** What a member says when it joins its group (Kafka: `JoinGroupRequest`). */
export interface JoinRequest {
  /** Name of the group. */
  readonly groupId: string
  /** Empty at the first join: the coordinator then chooses an id. */
  readonly memberId: string
  /** Id of a static member (KIP-345). Null for a dynamic one. */
  readonly groupInstanceId: string | null
  /** The coordinator takes a member for gone that it does not hear of for this long, in ms. */
  readonly sessionTimeoutMs: number
  /** How long a rebalance waits for this member, in ms. */
  readonly rebalanceTimeoutMs: number
  /** What kind of group this is: `consumer` for consumers and Kafka Streams. */
  readonly protocolType: string
  /** The protocols that the member offers, the preferred one first. */
  readonly protocols: readonly GroupProtocol[]
}

/** A member, as the leader of the group hears of it. */
export interface JoinedMember {
  /** Id of the member. */
  readonly memberId: string
  /** Id of a static member. Null for a dynamic one. */
  readonly groupInstanceId: string | null
  /** What the member tells the leader, in the format of the chosen protocol. */
  readonly metadata: Uint8Array
}

/** How the coordinator has answered a join (Kafka: `JoinGroupResponse`). */
export interface JoinResponse {
  /** Number of the generation that the member is in. */
  readonly generationId: number
  /** Id of the member that has asked. */
  readonly memberId: string
  /** Id of the member that assigns partitions in this generation. */
  readonly leaderId: string
  /** The protocol that all members offer, and the coordinator has chosen. */
  readonly protocolName: string
  /** All members, in the answer to the leader. Empty in the answers to other members. */
  readonly members: readonly JoinedMember[]
}

/** What the leader assigns to one member. */
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
   * passed.
   */
  join(request: JoinRequest): Promise<JoinResponse>
  /** Resolves with this member's assignment, once the leader has sent all assignments. Only the leader passes `assignments`. */
  sync(identity: GroupIdentity, assignments: readonly MemberAssignmentBytes[]): Promise<Uint8Array>
  /** Says that the member is alive. Rejects with `rebalance` where it has to join again. */
  heartbeat(identity: GroupIdentity): Promise<void>
  /** Leaves the group, which rebalances at once. */
  leave(identity: GroupIdentity): Promise<void>
  /** Commits all offsets or none: if one partition is refused, the promise rejects. */
  commitOffsets(identity: GroupIdentity, offsets: readonly OffsetCommit[]): Promise<void>
  /** Ends the connections without leaving the group. Calls under way reject. Idempotent. */
  close(): Promise<void>
}
