import type { Clock } from '../../clock/clock.ts'
import type { TaskManager } from '../task/task-manager.ts'
import type { ActiveTask } from '../task/task.ts'

export interface TaskExecutorOptions {
  readonly tasks: Pick<TaskManager, 'running'>
  readonly clock: Clock
}

/** After this long processing pauses, so that heartbeats and fetches get their turn. */
const sliceMs = 5

/** After this many records of one task the next task has its turn. */
const recordsPerTurn = 100

/** Lets the running tasks of a thread process and punctuate (Java: `TaskExecutor`). */
export class TaskExecutor {
  readonly #options: TaskExecutorOptions

  constructor(options: TaskExecutorOptions) {
    this.#options = options
  }

  /**
   * Tasks take turns until nothing can be processed, a processor asks for a commit, or the slice of time is over. Returns whether
   * any record was processed.
   */
  process(): boolean {
    const { tasks, clock } = this.#options
    const { running } = tasks
    const now = clock.now()
    let worked = false
    for (let progressed = true; progressed && clock.now() < now + sliceMs;) {
      progressed = false
      for (const { task } of running) if (takeTurn(task, now)) progressed = true
      worked ||= progressed
      if (running.some(({ task }) => task.isCommitRequested)) break
    }
    return worked
  }

  /** Runs the wall-clock punctuations that are due. Returns whether there were any. */
  punctuate(): boolean {
    const now = this.#options.clock.now()
    let punctuated = false
    for (const { task } of this.#options.tasks.running) if (task.punctuateWallClock(now)) punctuated = true
    return punctuated
  }

  /** True if a task has a record that it can process now. */
  get isReady(): boolean {
    const now = this.#options.clock.now()
    return this.#options.tasks.running.some(({ task }) => task.isProcessable(now))
  }
}

/** True if a record was processed. */
function takeTurn(task: ActiveTask, now: number): boolean {
  let count = 0
  while (count < recordsPerTurn && task.isProcessable(now)) {
    task.process()
    task.punctuateStreamTime()
    count++
  }
  return count > 0
}
