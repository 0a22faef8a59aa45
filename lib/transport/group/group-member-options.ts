import type { Clock } from '../../clock/clock.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import type { GroupCoordinator } from '../group-coordinator.ts'
import type { MemberAssignment, MemberSubscription } from './consumer-protocol.ts'

export interface SubscribedMember extends MemberSubscription {
  readonly memberId: string
  readonly groupInstanceId: string | null
}

export interface NewAssignment {
  /** All that the member owns now. */
  readonly partitions: readonly TopicPartition[]
  /** The partitions that the member did not own before. */
  readonly added: readonly TopicPartition[]
  readonly userData: Uint8Array | null
}

/**
 * The callbacks of a group member. Calls never overlap: the member awaits each before its next step. If a callback rejects, the
 * membership ends with its error.
 */
export interface GroupMemberListener {
  /** Called before each join. It is the last time to commit before the member knows its new partitions. */
  subscription(): Promise<Pick<MemberSubscription, 'topics' | 'userData'>>
  /** Called on the leader only. Returns the partitions of each member. A member that is left out gets none. */
  assign(members: readonly SubscribedMember[]): Promise<ReadonlyMap<string, MemberAssignment>>
  /** Called before the partitions go to another member, also by `leave`: the last time to commit their offsets. */
  onRevoked(partitions: readonly TopicPartition[]): Promise<void>
  /** Called after every rebalance, also if no partition was added, because `userData` may be new. */
  onAssigned(assignment: NewAssignment): Promise<void>
  /**
   * Called if the member was fenced, its session has timed out, or an error has ended the membership. Another member may own the
   * partitions, so their offsets cannot be committed. `reason` is a sentence for the log.
   */
  onLost(partitions: readonly TopicPartition[], reason: string): Promise<void>
}

/**
 * Where the id of a process's member is kept, so that the process can take its dead self out of the group when it starts again. The
 * coordinator would else wait for that member until its session times out.
 */
export interface MemberMemory {
  /** The id of a member of this process that has ended without leaving. Null if there is none, or it may live. */
  readonly former: string | null
  keep(memberId: string): void
  /** The member has left its group. */
  forget(): void
}

export interface GroupMemberOptions {
  readonly coordinator: GroupCoordinator
  readonly clock: Clock
  readonly groupId: string
  /** The id of a static member (KIP-345). Null for a dynamic member. */
  readonly groupInstanceId: string | null
  /** Name of the assignor. All members of a group have the same. */
  readonly protocolName: string
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  readonly heartbeatIntervalMs: number
  readonly retryBackoffMs: number
  /**
   * A commit that is not answered for this long rejects as `retriable`, and nothing else is committed before its answer. Default: a
   * commit waits as long as the coordinator's client does.
   */
  readonly commitWaitMs?: number
  /** Default: nothing is kept. A static member does not need it: the coordinator knows it by its instance id. */
  readonly memory?: MemberMemory
  readonly listener: GroupMemberListener
}

/**
 * How a member goes (KIP-1153). `leave`: it tells the coordinator, and the group rebalances. `remain`: the coordinator keeps its
 * place until the session times out. `default`: a dynamic member leaves, a static one remains (KIP-1284).
 */
export type Goodbye = 'default' | 'leave' | 'remain'
