import { TaskCorruptedError } from '../../model/errors.ts'
import { taskIdString } from '../../model/task-id.ts'
import type { Logger } from '../logger.ts'
import type { ChangelogReader } from '../restore/changelog-reader.ts'
import type { TaskManager } from '../task/task-manager.ts'
import type { Committer } from './committer.ts'
import type { LoopJobs } from './loop-jobs.ts'

export interface StateUpdaterOptions {
  readonly changelogs: Pick<ChangelogReader, 'isIdle' | 'restoreOnce'>
  readonly tasks: Pick<TaskManager, 'restored' | 'withIds' | 'recreate' | 'beginAgain'>
  readonly committer: Pick<Committer, 'abort'>
  readonly jobs: LoopJobs
  readonly logger: Logger
}

/** Restores stores beside the loop, so that running tasks are not held up (Java: `StateUpdater`). */
export class StateUpdater {
  readonly #options: StateUpdaterOptions
  #step: Promise<void> | null = null

  constructor(options: StateUpdaterOptions) {
    this.#options = options
  }

  /**
   * Begins the next step of the restores, unless a step is under way or nothing needs restoring. Its result becomes a job of the
   * loop.
   */
  advance(): void {
    const { changelogs, tasks, jobs } = this.#options
    if (this.#step !== null || changelogs.isIdle) return
    this.#step = changelogs
      .restoreOnce()
      .then(
        (complete) => jobs.post(async () => tasks.restored(complete)),
        (error: unknown) => jobs.post(() => this.#onFailed(error)),
      )
      .finally(() => {
        this.#step = null
        jobs.wake()
      })
  }

  /**
   * A store may end before the first offset that its changelog still has. Its task loses its stored state, and is restored from the
   * start.
   */
  async #onFailed(error: unknown): Promise<void> {
    if (!(error instanceof TaskCorruptedError)) throw error
    const { tasks, committer, logger } = this.#options
    logger.warn(error.message, error.facts)
    const corrupted = tasks.withIds(error.tasks.map(taskIdString))
    const { aborted, lastCommit } = await committer.abort(corrupted)
    tasks.recreate(corrupted, 'destroyed')
    const others = aborted.filter((managed) => !corrupted.includes(managed))
    tasks.beginAgain(others, lastCommit)
  }
}
