import type { TaskId } from '../../model/task-id.ts'

export interface AssignableTask {
  readonly id: TaskId
  readonly kind: 'stateful' | 'stateless'
}

/** A consumer of the group (Java: a stream thread's). Members of one process share its state on disk. */
export interface AssignmentMember {
  readonly memberId: string
  readonly processId: string
  /** Tasks that it ran actively until now. */
  readonly previousTasks: readonly TaskId[]
  /**
   * By task id string: how many changelog records its process is behind; 0 where it runs the task. A missing task has no state
   * here. Members of one process say the same, or the smallest counts.
   */
  readonly lags: ReadonlyMap<string, number>
}

export interface AssignTasksOptions {
  /** A process whose lag is not above this is caught up. Java: `acceptable.recovery.lag`, 10 000. */
  readonly acceptableRecoveryLag: number
}

/**
 * Who runs what: every task goes to exactly one member, and every member is in the answer. Equal input gives the equal answer,
 * whatever the order of tasks and members.
 */
export function assignTasks(
  _tasks: readonly AssignableTask[],
  _members: readonly AssignmentMember[],
  _options: AssignTasksOptions,
): ReadonlyMap<string, readonly TaskId[]> {
  throw new Error('The body follows.')
}
