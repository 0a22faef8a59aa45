import type { Clock } from '../../clock/clock.ts'

type Job = () => Promise<void>

interface WaitingJob {
  readonly job: Job
  readonly leaveOut: () => void
}

/** What others want done on a loop, in the order in which they asked. It also wakes the loop. */
export class LoopJobs {
  #waiting: WaitingJob[] = []
  #woken = Promise.withResolvers<void>()
  #isClosed = false

  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  /** Resolves, or rejects, as the job does. When the loop has ended the job is not needed: it is left out, and this resolves. */
  async run(job: Job): Promise<void> {
    if (this.#isClosed) return
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#push({ job: () => job().then(resolve, reject), leaveOut: resolve })
    await promise
  }

  /** An error of the job is the loop's. When the loop has ended the job is left out. */
  post(job: Job): void {
    if (!this.#isClosed) this.#push({ job, leaveOut: () => undefined })
  }

  async runAll(): Promise<void> {
    for (let waiting = this.#waiting.shift(); waiting !== undefined; waiting = this.#waiting.shift()) await waiting.job()
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

  /** The loop has ended, and what it worked on is closed: jobs that wait are left out. */
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
