import type { Clock } from '../../clock/clock.ts'
import type { ManagedTask } from '../task/managed-task.ts'

export interface CommitScheduleOptions {
  readonly clock: Clock
  readonly commitIntervalMs: number
}

/** With more dirty bytes than this in all stores, a commit does not wait for its interval. */
const earlyCommitBytes = 64 * 1024 * 1024

/** Stores are written at least this often, so that a restart has little to replay. */
const checkpointIntervalMs = 30_000

/** Decides when the tasks of a thread are committed, and when their stores are written to storage. */
export class CommitSchedule {
  readonly #options: CommitScheduleOptions
  #lastCommitMs: number
  #lastCheckpointMs: number

  constructor(options: CommitScheduleOptions) {
    this.#options = options
    this.#lastCommitMs = options.clock.now()
    this.#lastCheckpointMs = this.#lastCommitMs
  }

  /** True if the interval has passed, a processor has asked for a commit, or stores hold many bytes that only a commit frees. */
  isDue(running: readonly ManagedTask[]): boolean {
    const { clock, commitIntervalMs } = this.#options
    if (clock.now() - this.#lastCommitMs >= commitIntervalMs) return true
    if (running.some(({ task }) => task.isCommitRequested)) return true
    return running.reduce((bytes, { task }) => bytes + task.dirtyBytes, 0) > earlyCommitBytes
  }

  /** Whether the commit that is due writes all stores to storage. */
  get checkpoint(): 'if-due' | 'always' {
    return this.#options.clock.now() - this.#lastCheckpointMs >= checkpointIntervalMs ? 'always' : 'if-due'
  }

  /** Notes that a commit was tried. The next one is due an interval later. */
  tried(checkpoint: 'if-due' | 'always'): void {
    this.#lastCommitMs = this.#options.clock.now()
    if (checkpoint === 'always') this.#lastCheckpointMs = this.#lastCommitMs
  }

  /** The time at which an idle loop has to commit; Infinity if nothing waits for a commit. */
  nextMs(running: readonly ManagedTask[]): number {
    const isNeeded = running.some(({ task }) => task.isCommitNeeded)
    return isNeeded ? this.#lastCommitMs + this.#options.commitIntervalMs : Infinity
  }
}
