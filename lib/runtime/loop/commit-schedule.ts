import type { Clock } from '../../clock/clock.ts'
import type { ManagedTask } from '../task/managed-task.ts'

export interface CommitScheduleOptions {
  readonly clock: Clock
  readonly commitIntervalMs: number
}

/** Dirty bytes of all stores above which a commit does not wait for its interval. */
const earlyCommitBytes = 64 * 1024 * 1024

/** Stores are written at least this often, so that a restart has little to replay. */
const checkpointIntervalMs = 30_000

/** When the tasks of a thread are committed, and when their stores are written. */
export class CommitSchedule {
  readonly #options: CommitScheduleOptions
  #lastCommitMs: number
  #lastCheckpointMs: number

  constructor(options: CommitScheduleOptions) {
    this.#options = options
    this.#lastCommitMs = options.clock.now()
    this.#lastCheckpointMs = this.#lastCommitMs
  }

  /** A commit is due by time, or a processor has asked for it, or stores hold a lot that only a commit lets go of. */
  isDue(running: readonly ManagedTask[]): boolean {
    const { clock, commitIntervalMs } = this.#options
    if (clock.now() - this.#lastCommitMs >= commitIntervalMs) return true
    if (running.some(({ task }) => task.isCommitRequested)) return true
    return running.reduce((bytes, { task }) => bytes + task.dirtyBytes, 0) > earlyCommitBytes
  }

  /** What the commit that is due does with stores. */
  get checkpoint(): 'if-due' | 'always' {
    return this.#options.clock.now() - this.#lastCheckpointMs >= checkpointIntervalMs ? 'always' : 'if-due'
  }

  /** A commit was tried: the next one is due an interval later. */
  tried(checkpoint: 'if-due' | 'always'): void {
    this.#lastCommitMs = this.#options.clock.now()
    if (checkpoint === 'always') this.#lastCheckpointMs = this.#lastCommitMs
  }

  /** When an idle loop has to commit; Infinity where nothing waits for it. */
  nextMs(running: readonly ManagedTask[]): number {
    const isNeeded = running.some(({ task }) => task.isCommitNeeded)
    return isNeeded ? this.#lastCommitMs + this.#options.commitIntervalMs : Infinity
  }
}
