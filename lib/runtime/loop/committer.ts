import type { ManagedTask } from '../task/managed-task.ts'

/** What has become of tasks in a commit. A task that is in neither list keeps its work uncommitted, and goes on. */
export interface CommitOutcome {
  /** Input offsets, outputs and stores of these tasks are committed. */
  readonly committed: readonly ManagedTask[]
  /** Whatever these tasks did since the last commit is undone: they begin again at the last committed offsets. */
  readonly aborted: readonly ManagedTask[]
}

/**
 * Commits the tasks of a thread. It decides which of them go together: at least once those that are asked for, exactly once all
 * that write with the same producer (Java: `TaskManager.handleRevocation`).
 */
export interface Committer {
  /**
   * Commits at least these tasks, as far as they run. With `checkpoint: 'always'` also those that have nothing new, and their
   * stores go to storage. Rejects with an error that ends the thread.
   */
  commit(tasks: readonly ManagedTask[], checkpoint: 'if-due' | 'always'): Promise<CommitOutcome>
  /** Gives up what at least these tasks did since the last commit. Answers all tasks that begin again. */
  abort(tasks: readonly ManagedTask[]): Promise<readonly ManagedTask[]>
}
