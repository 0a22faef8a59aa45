import type { Clock, Timer } from '../../clock/clock.ts'
import type { Logger } from '../logger.ts'
import type { ClosedTask, StateDirectory } from './state-directory.ts'

export interface StateCleanerOptions {
  readonly directory: Pick<StateDirectory, 'closedTasks' | 'destroyTask'>
  readonly clock: Clock
  readonly logger: Logger
  /** Java: `state.cleanup.delay.ms`. */
  readonly delayMs: number
  /** While the application does not run, tasks may be on their way back to it. Nothing is removed then (as in Java). */
  readonly isRunning: () => boolean
}

/**
 * Removes the state of tasks that other members have taken over (Java: the cleaner of `StateDirectory`). It looks every `delayMs`, and
 * removes what it found closed at its last look, too: so state stays for one to two times `delayMs`.
 */
export class StateCleaner implements Disposable {
  readonly #options: StateCleanerOptions
  #seen: ReadonlyMap<string, ClosedTask> = new Map()
  #timer: Timer

  constructor(options: StateCleanerOptions) {
    this.#options = options
    this.#timer = this.#schedule()
  }

  [Symbol.dispose](): void {
    this.#timer.cancel()
  }

  #schedule(): Timer {
    const { clock, delayMs } = this.#options
    return clock.schedule(delayMs, () => {
      this.#look()
      this.#timer = this.#schedule()
    })
  }

  #look(): void {
    const { directory, isRunning } = this.#options
    const closed = isRunning() ? new Map(directory.closedTasks) : new Map<string, ClosedTask>()
    // A task that was opened and closed between two looks is another entry.
    for (const [id, task] of closed) if (this.#seen.get(id) === task) this.#remove(id)
    this.#seen = closed
  }

  #remove(id: string): void {
    const { directory, delayMs, logger } = this.#options
    try {
      directory.destroyTask(id)
      logger.info(`The state of task ${id} is removed: the task has not run here for ${delayMs} ms (stateCleanupDelayMs).`, {
        task: id,
      })
    } catch (error) {
      logger.warn(`The state of task ${id} could not be removed: ${String(error)}`, { task: id })
    }
  }
}
