import type { Goodbye } from '../../transport/group/group-member.ts'
import type { TaskId } from '../../model/task-id.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import type { GroupIdentity, OffsetCommit } from '../../transport/group-coordinator.ts'

/** Tasks by their id string, each with the partitions that it reads. */
export type AssignedTasks = ReadonlyMap<string, readonly TopicPartition[]>

export type { Goodbye }

/** What a member tells its group about tasks, so that the assignment can leave state where it is. */
export interface TaskReport {
  /** Tasks of this member, in order of their ids, whether they run or are restored. */
  readonly owned: readonly TaskId[]
  /** Tasks that do not run here and have state in this process's storage: by id string, the sum of their changelog offsets. */
  readonly storedOffsetSums: ReadonlyMap<string, number>
}

/**
 * What a membership asks of the thread and tells it (Java: `StreamsRebalanceListener`). The promises are awaited: calls never
 * overlap. A call that rejects ends the membership with that error.
 */
export interface MembershipListener {
  /** Asked whenever the member tells its group about itself. */
  report(): TaskReport
  /** The group decides anew who gets which task. `onAssigned` follows when it has. */
  onRebalance(): void
  /** All tasks that the member has now: those that are new are made, the others go on. */
  onAssigned(tasks: AssignedTasks): Promise<void>
  /** These tasks, by id string, go to somebody else after this call: what they did is committed in it. */
  onRevoked(tasks: readonly string[]): Promise<void>
  /** These tasks may run elsewhere already: nothing of theirs can be committed any more. */
  onLost(tasks: readonly string[]): Promise<void>
}

/**
 * A thread's membership of the application's group, in the words of tasks. The classic protocol is one implementation, where members
 * assign tasks among themselves; a protocol in which the broker assigns them (KIP-1071) fits as well.
 */
export interface Membership {
  /**
   * The membership's life: resolves after `leave`, rejects with the error that ended it. Called once. Errors that the group
   * itself has: `STREAMS_SHUTDOWN_REQUESTED`, `STREAMS_MISSING_SOURCE_TOPIC`, `STREAMS_TOPOLOGY_MISMATCH`.
   */
  run(listener: MembershipListener): Promise<void>
  /** What a commit carries so that the broker refuses that of a zombie: now, and another after each rebalance (KIP-447). */
  readonly identity: GroupIdentity
  /** Commits with the identity of now. Rejects with kind `fenced` or `rebalance` where it is refused, and the membership then mends itself. */
  commit(offsets: readonly OffsetCommit[]): Promise<void>
  /** Asks for a new assignment, with a new report. */
  requestRejoin(): void
  /** Tells all members of the group to stop (Java: `shutdown-application`). */
  requestShutdown(): void
  /** Gives all tasks back (`onRevoked`) and leaves. Resolves when that is done; errors are those of `run`. */
  leave(goodbye?: Goodbye): Promise<void>
}
