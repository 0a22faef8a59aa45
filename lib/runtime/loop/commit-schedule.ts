import type { Clock } from '../../clock/clock.ts'
import type { ManagedTask } from '../task/managed-task.ts'

export interface CommitScheduleOptions {
  readonly clock: Clock
  readonly commitIntervalMs: number
  /** A thread that has processed all of its input commits after this long. Default: after `commitIntervalMs`, as always. */
  readonly drainedIntervalMs?: number | undefined
  /** The pause after the first refused commit. It doubles with each further one, up to a second. */
  readonly retryBackoffMs: number
  /**
   * With more dirty bytes than this in all stores, a commit does not wait for its interval, and writes all stores to storage. At most, and by
   * default, 64 MiB.
   */
  readonly dirtyBytesMax?: number
}

/** The default of `dirtyBytesMax`. */
const defaultDirtyBytesMax = 64 * 1024 * 1024

/** With this many times `dirtyBytesMax` in all stores, processing waits for a commit that goes through. */
const overdueFactor = 4

/** Stores are written at least this often, so that a restart has little to replay. */
const checkpointIntervalMs = 30_000

const retryBackoffMaxMs = 1000

/** Decides when the tasks of a thread are committed, and when their stores are written to storage. */
export class CommitSchedule {
  readonly #options: CommitScheduleOptions
  readonly #dirtyBytesMax: number
  #lastCommitMs: number
  #lastCheckpointMs: number
  #refusals = 0
  #earlyPauseMs = 0

  constructor(options: CommitScheduleOptions) {
    this.#options = options
    this.#dirtyBytesMax = Math.min(defaultDirtyBytesMax, options.dirtyBytesMax ?? Infinity)
    this.#lastCommitMs = options.clock.monotonic()
    this.#lastCheckpointMs = this.#lastCommitMs
  }

  /**
   * True if the interval has passed, a processor has asked for a commit, or stores hold many bytes that only a commit frees; and if the loop
   * has `drained` its input, or a commit is `urgent`. After a refused commit: true when the pause is over.
   */
  isDue(running: readonly ManagedTask[], loop: 'busy' | 'drained' | 'urgent' = 'busy'): boolean {
    const { clock, commitIntervalMs } = this.#options
    const passedMs = clock.monotonic() - this.#lastCommitMs
    if (this.#refusals > 0) return passedMs >= this.#pauseMs
    if (loop === 'urgent' || passedMs >= commitIntervalMs) return true
    if (loop === 'drained' && passedMs >= this.#drainedMs && running.some(({ task }) => task.isCommitNeeded)) return true
    if (running.some(({ task }) => task.isCommitRequested)) return true
    return dirtyBytes(running) > this.#dirtyBytesMax && passedMs >= this.#earlyPauseMs
  }

  /** True if stores hold so much that processing has to wait for a commit. */
  isOverdue(running: readonly ManagedTask[]): boolean {
    return dirtyBytes(running) > overdueFactor * this.#dirtyBytesMax
  }

  /**
   * Whether the commit that is due writes all stores to storage. It does at intervals, and where stores hold many bytes: a commit
   * alone frees none.
   */
  checkpoint(running: readonly ManagedTask[]): 'if-due' | 'always' {
    const isDue = this.#options.clock.monotonic() - this.#lastCheckpointMs >= checkpointIntervalMs
    return isDue || dirtyBytes(running) > this.#dirtyBytesMax ? 'always' : 'if-due'
  }

  /**
   * Notes that a commit of these tasks went through. The next one is due an interval later. If it has freed nothing, because storage is
   * full, the next early one is due after a pause.
   */
  committed(checkpoint: 'if-due' | 'always', running: readonly ManagedTask[]): void {
    this.#lastCommitMs = this.#options.clock.monotonic()
    this.#refusals = 0
    this.#earlyPauseMs = dirtyBytes(running) > this.#dirtyBytesMax ? retryBackoffMaxMs : 0
    if (checkpoint === 'always') this.#lastCheckpointMs = this.#lastCommitMs
  }

  /** Notes that a commit was refused. It is due again after a pause. */
  refused(): void {
    this.#lastCommitMs = this.#options.clock.monotonic()
    this.#refusals++
  }

  /** The time at which an idle loop has to commit; Infinity if nothing waits for a commit. */
  nextMs(running: readonly ManagedTask[]): number {
    if (this.#refusals > 0) return this.#lastCommitMs + this.#pauseMs
    if (dirtyBytes(running) > this.#dirtyBytesMax) return this.#lastCommitMs + this.#earlyPauseMs
    const isNeeded = running.some(({ task }) => task.isCommitNeeded)
    return isNeeded ? this.#lastCommitMs + this.#drainedMs : Infinity
  }

  get #drainedMs(): number {
    const { commitIntervalMs, drainedIntervalMs = Infinity } = this.#options
    return Math.min(commitIntervalMs, drainedIntervalMs)
  }

  get #pauseMs(): number {
    return Math.min(retryBackoffMaxMs, this.#options.retryBackoffMs * 2 ** (this.#refusals - 1))
  }
}

function dirtyBytes(running: readonly ManagedTask[]): number {
  return running.reduce((bytes, { task }) => bytes + task.dirtyBytes, 0)
}
