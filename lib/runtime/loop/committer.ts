import type { Clock } from '../../clock/clock.ts'
import type { Logger } from '../logger.ts'
import type { RepartitionPurge } from '../output/repartition-purge.ts'
import type { StateDirectory } from '../restore/state-directory.ts'
import type { AssignedTopics } from '../topics/assigned-topics.ts'
import type { ManagedTask } from '../task/managed-task.ts'

/** What every committer works with. */
export interface CommitterParts {
  readonly topics: Pick<AssignedTopics, 'isGone'>
  readonly directory: Pick<StateDirectory, 'flush'>
  readonly purge: Pick<RepartitionPurge, 'committed' | 'purge'>
  readonly clock: Clock
  readonly logger: Logger
}

/** Tasks whose work since the last commit is undone: they begin again at that commit. */
export interface Undone {
  readonly aborted: readonly ManagedTask[]
  /** `known`: nothing was committed since what the tasks know of. `unknown`: the group has to be asked, as after a commit without an answer. */
  readonly lastCommit: 'known' | 'unknown'
}

/** The result of a commit for each task. A task in neither list keeps its work uncommitted, and goes on. */
export interface CommitOutcome extends Undone {
  /** Input offsets, outputs and stores of these tasks are committed. */
  readonly committed: readonly ManagedTask[]
}

/** `at-once`: nothing more is processed before a commit. */
export type CommitUrgency = 'by-schedule' | 'at-once'

/**
 * Commits the tasks of a thread, and decides which of them are committed together. Under at-least-once these are the tasks asked
 * for; under exactly-once they are all tasks that write with the same producer (Java: `TaskManager.handleRevocation`).
 */
export interface Committer {
  /** Whether commits wait while the member joins its group (`Membership.canCommit`). */
  readonly waitsForAssignment: boolean
  /** Whether the next commit may wait for its time. */
  readonly urgency: CommitUrgency
  /**
   * Commits at least those of `tasks` that run. With `checkpoint: 'always'` it also commits tasks without anything new, and writes
   * their stores to storage. Rejects with an error that ends the thread.
   */
  commit(tasks: readonly ManagedTask[], checkpoint: 'if-due' | 'always'): Promise<CommitOutcome>
  /** Undoes the work of at least these tasks since the last commit. Resolves to all tasks that begin again. */
  abort(tasks: readonly ManagedTask[]): Promise<Undone>
}
