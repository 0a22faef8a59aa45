import { taskIdString } from '../../model/task-id.ts'
import { partitionKey } from '../../model/topic-partition.ts'
import type { AssignedTasks, MembershipListener, TaskReport } from '../membership/membership.ts'
import type { StateDirectory } from '../restore/state-directory.ts'
import type { ManagedTask } from '../task/managed-task.ts'
import type { TaskManager } from '../task/task-manager.ts'
import type { Committer } from './committer.ts'
import type { LoopJobs } from './loop-jobs.ts'

export interface RebalanceListenerOptions {
  readonly jobs: LoopJobs
  readonly tasks: Pick<TaskManager, 'all' | 'withIds' | 'assign' | 'recreate' | 'close' | 'closeDirty'>
  readonly committer: Committer
  readonly directory: Pick<StateDirectory, 'closedTaskSums'>
}

/**
 * Makes and closes the tasks of a thread when its membership assigns or revokes them (Java: `StreamsRebalanceListener`). The
 * membership runs beside the loop. So each of its calls becomes a job of the loop, and only the loop touches tasks.
 */
export class RebalanceListener implements MembershipListener {
  readonly #options: RebalanceListenerOptions
  #isRebalancing = true

  constructor(options: RebalanceListenerOptions) {
    this.#options = options
  }

  /** True before the first assignment, and from the beginning of each rebalance to its end. */
  get isRebalancing(): boolean {
    return this.#isRebalancing
  }

  report(): TaskReport {
    const { tasks, directory } = this.#options
    return { owned: tasks.all.map(({ id }) => id), storedOffsetSums: directory.closedTaskSums }
  }

  onRebalance(): void {
    this.#isRebalancing = true
  }

  onAssigned(assigned: AssignedTasks): Promise<void> {
    return this.#options.jobs.run(async () => {
      const { tasks } = this.#options
      // A source with a pattern may match other topics than before. Its task is then closed and made anew.
      await this.#revoke(tasks.all.filter((managed) => readsOthers(managed, assigned)))
      await tasks.assign(assigned)
      this.#isRebalancing = false
    })
  }

  onRevoked(ids: readonly string[]): Promise<void> {
    return this.#options.jobs.run(() => this.#revoke(this.#options.tasks.withIds(ids)))
  }

  onLost(ids: readonly string[]): Promise<void> {
    return this.#options.jobs.run(async () => this.#options.tasks.closeDirty(this.#options.tasks.withIds(ids)))
  }

  async #revoke(revoked: readonly ManagedTask[]): Promise<void> {
    if (revoked.length === 0) return
    const { committer, tasks } = this.#options
    const { committed, aborted } = await committer.commit(revoked, 'always')
    for (const managed of revoked) if (committed.includes(managed) || managed.state !== 'running') tasks.close(managed)
    tasks.closeDirty(revoked)
    const kept = aborted.filter((managed) => !revoked.includes(managed))
    await tasks.recreate(kept, 'kept')
  }
}

function readsOthers({ id, partitions }: ManagedTask, assigned: AssignedTasks): boolean {
  const wanted = assigned.get(taskIdString(id))
  if (wanted === undefined) return false
  const keys = new Set(wanted.map(partitionKey))
  return keys.size !== partitions.length || partitions.some((each) => !keys.has(partitionKey(each)))
}
