import type { Clock } from '../../clock/clock.ts'

type Job = () => Promise<void>

/** What others want done on a loop, in the order in which they asked, and how it is woken. */
export class LoopJobs {
  #jobs: Job[] = []
  #woken = Promise.withResolvers<void>()
  #isClosed = false

  get isEmpty(): boolean {
    return this.#jobs.length === 0
  }

  /** Resolves, or rejects, as the job does. When the loop has ended, the job runs at once. */
  run(job: Job): Promise<void> {
    if (this.#isClosed) return job()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#push(() => job().then(resolve, reject))
    return promise
  }

  /** An error of the job is the loop's. When the loop has ended, nobody needs the job. */
  post(job: Job): void {
    if (!this.#isClosed) this.#push(job)
  }

  async runAll(): Promise<void> {
    for (let job = this.#jobs.shift(); job !== undefined; job = this.#jobs.shift()) await job()
  }

  wake(): void {
    this.#woken.resolve()
  }

  /** Until woken, or `ms` have passed; Infinity: only until woken. */
  async wait(ms: number, clock: Clock): Promise<void> {
    const timer = ms === Infinity ? null : clock.schedule(ms, () => this.wake())
    await this.#woken.promise
    timer?.cancel()
    this.#woken = Promise.withResolvers<void>()
  }

  /** The loop has ended: what waits runs at once, each without the others. */
  close(): void {
    this.#isClosed = true
    const jobs = this.#jobs
    this.#jobs = []
    for (const job of jobs) void job().catch(() => undefined)
  }

  #push(job: Job): void {
    this.#jobs.push(job)
    this.wake()
  }
}
