import type { Goodbye } from '../../transport/group/group-member-options.ts'
import type { TaskId } from '../../model/task-id.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import type { GroupIdentity, OffsetCommit } from '../../transport/group-coordinator.ts'

/** Tasks by their id string, each with the partitions that it reads. */
export type AssignedTasks = ReadonlyMap<string, readonly TopicPartition[]>

export type { Goodbye }

/** A member's report to its group about tasks, so that the assignment can leave tasks where their state is. */
export interface TaskReport {
  /** Tasks of this member, in order of their ids, whether they run or are restored. */
  readonly owned: readonly TaskId[]
  /**
   * By id string, the sum of the changelog offsets up to which this process has the state of tasks that do not run here: of those that
   * are restored, and of those that lie in its storage.
   */
  readonly storedOffsetSums: ReadonlyMap<string, number>
}

/**
 * The calls of a membership to its thread (Java: `StreamsRebalanceListener`). The membership awaits each promise, so calls never
 * overlap. A call that rejects ends the membership with that error.
 */
export interface MembershipListener {
  /** Called whenever the member describes itself to its group. */
  report(): TaskReport
  /** A rebalance has begun. `onAssigned` follows at its end. */
  onRebalance(): void
  /**
   * The member joins after this call, and cannot commit from then until its new assignment. So the tasks are committed during the
   * call. Only protocols with joins call it.
   */
  beforeJoin(): Promise<void>
  /** The member now has exactly these tasks. New tasks are made, the others go on. */
  onAssigned(tasks: AssignedTasks): Promise<void>
  /** Another member gets these tasks (by id string) after this call. Their work is committed during the call. */
  onRevoked(tasks: readonly string[]): Promise<void>
  /**
   * Another member may run these tasks (by id string) already, so their work can no longer be committed. `reason` is a sentence for
   * the log.
   */
  onLost(tasks: readonly string[], reason: string): Promise<void>
}

/**
 * A thread's membership of the application's group. Its methods speak of tasks, not of a protocol. In the classic protocol, the
 * implementation so far, members assign tasks among themselves; a protocol in which the broker assigns them (KIP-1071) fits as
 * well.
 */
export interface Membership {
  /**
   * The membership's life: resolves after `leave`, rejects with the error that ended it. Called once. Errors that concern the whole
   * group: `STREAMS_SHUTDOWN_REQUESTED`, `STREAMS_MISSING_SOURCE_TOPIC`, `STREAMS_TOPOLOGY_MISMATCH`.
   */
  run(listener: MembershipListener): Promise<void>
  /** Commits carry this identity, so that the broker can refuse those of a zombie (KIP-447). It changes with each rebalance. */
  readonly identity: GroupIdentity
  /** False while the broker would refuse every commit: from a join to its assignment. Processing goes on meanwhile. */
  readonly canCommit: boolean
  /**
   * Commits with the current identity. If the broker refuses it, this rejects with kind `fenced` or `rebalance`. The membership
   * then joins again by itself, or `run` rejects. Until `onLost` the tasks are still this member's, and the commit can be repeated.
   */
  commit(offsets: readonly OffsetCommit[]): Promise<void>
  /** Asks for a new assignment, with a new report. */
  requestRejoin(): void
  /** Gives all tasks to other members without waiting for this thread, because it hangs. `reason` is a sentence for the log. */
  giveUp(reason: string): void
  /** Tells all members of the group to stop (Java: `shutdown-application`). */
  requestShutdown(): void
  /** Gives all tasks back (`onRevoked`) and leaves. Resolves when that is done; errors are those of `run`. */
  leave(goodbye?: Goodbye): Promise<void>
}
