import type { Clock } from '../../clock/clock.ts'
import type { FailurePauses } from '../failure-pauses.ts'
import { ProcessingError } from '../errors/processing-error.ts'
import type { Logger } from '../logger.ts'
import type { UncaughtExceptionAnswer } from '../streams-config.ts'
import type { TaskManager } from '../task/task-manager.ts'
import type { Committer } from './committer.ts'

export interface CrashRecoveryOptions {
  readonly clock: Pick<Clock, 'monotonic'>
  readonly logger: Logger
  readonly tasks: Pick<TaskManager, 'running' | 'beginAgain'>
  readonly committer: Pick<Committer, 'abort'>
  readonly pauses: FailurePauses
  /** What the application says about an error. */
  readonly decide: (error: unknown) => UncaughtExceptionAnswer
}

/**
 * What becomes of a thread whose user code has crashed, if the application answers `replace-thread` and all is in transactions. The thread stays
 * what it is: the transaction is aborted, and all tasks begin again at the last commit, with processors made anew. No store is closed, and nothing
 * is restored.
 */
export class CrashRecovery {
  readonly #options: CrashRecoveryOptions
  #resumeMs = -Infinity

  constructor(options: CrashRecoveryOptions) {
    this.#options = options
  }

  /** When processing goes on, on the monotonic clock. −Infinity: nothing has crashed. */
  get resumeMs(): number {
    return this.#resumeMs
  }

  /** Whether processing waits after a crash. */
  get isPausing(): boolean {
    return this.#resumeMs > this.#options.clock.monotonic()
  }

  /** Rejects with the error if the thread has to end by it. */
  async recover(error: unknown): Promise<void> {
    const { decide, committer, tasks, pauses, clock, logger } = this.#options
    if (!(error instanceof ProcessingError) || decide(error) !== 'replace-thread') throw error
    const pauseMs = pauses.failed()
    logger.info(`Processing begins again at the last commit in ${pauseMs} ms.`, { pauseMs })
    const { aborted, lastCommit } = await committer.abort(tasks.running)
    tasks.beginAgain(aborted, lastCommit)
    this.#resumeMs = clock.monotonic() + pauseMs
    pauses.began()
  }
}
