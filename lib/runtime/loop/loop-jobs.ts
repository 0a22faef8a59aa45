import type { Clock } from '../../clock/clock.ts'

type Job = () => Promise<void>

interface WaitingJob {
  readonly job: Job
  readonly leaveOut: () => void
}

/**
 * The jobs that other parts (membership, restores) give to the loop of a thread, in the order in which they came. A new job wakes
 * the loop.
 */
export class LoopJobs {
  #waiting: WaitingJob[] = []
  #woken = Promise.withResolvers<void>()
  #isClosed = false

  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  /**
   * Runs a job on the loop; the promise settles as the job does. If the loop ends first, the job is left out and the promise
   * resolves.
   */
  async run(job: Job): Promise<void> {
    if (this.#isClosed) return
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#push({ job: () => job().then(resolve, reject), leaveOut: resolve })
    await promise
  }

  /**
   * Runs a job on the loop without waiting for it. An error of the job ends the loop. If the loop ends first, the job is left out.
   */
  post(job: Job): void {
    if (!this.#isClosed) this.#push({ job, leaveOut: () => undefined })
  }

  /**
   * Posts a job when `work` has settled. The job gets a function that returns the result of `work`, or throws its error: a job whose
   * task is gone does not call it.
   */
  postAfter<T>(work: Promise<T>, job: (result: () => T) => void): void {
    const post = (result: () => T): void => this.post(async () => job(result))
    const fail = (error: unknown) => (): never => {
      throw error
    }
    work.then(
      (value) => post(() => value),
      (error: unknown) => post(fail(error)),
    )
  }

  async runAll(): Promise<void> {
    for (let waiting = this.#waiting.shift(); waiting !== undefined; waiting = this.#waiting.shift()) await waiting.job()
  }

  wake(): void {
    this.#woken.resolve()
  }

  /** Resolves when the loop is woken, or after `ms`; Infinity: only when it is woken. */
  async wait(ms: number, clock: Clock): Promise<void> {
    const timer = ms === Infinity ? null : clock.schedule(ms, () => this.wake())
    await this.#woken.promise
    timer?.cancel()
    this.#woken = Promise.withResolvers<void>()
  }

  /** Called when the loop has ended and its tasks are closed. Waiting jobs are left out. */
  close(): void {
    this.#isClosed = true
    for (const { leaveOut } of this.#waiting) leaveOut()
    this.#waiting = []
  }

  #push(waiting: WaitingJob): void {
    this.#waiting.push(waiting)
    this.wake()
  }
}
