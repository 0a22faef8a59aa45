import type { Clock } from '../../clock/clock.ts'
import type { Membership } from '../membership/membership.ts'
import type { ProducerOutput } from '../output/producer-output.ts'
import type { TaskManager } from '../task/task-manager.ts'
import type { CommitSchedule } from './commit-schedule.ts'
import type { Committer } from './committer.ts'
import type { LoopJobs } from './loop-jobs.ts'
import type { RebalanceListener } from './rebalance-listener.ts'
import type { StatePublisher } from './state-publisher.ts'
import type { StateUpdater } from './state-updater.ts'
import type { TaskExecutor } from './task-executor.ts'
import type { TaskInput } from './task-input.ts'

export interface StreamThreadOptions {
  readonly clock: Clock
  readonly jobs: LoopJobs
  readonly membership: Membership
  readonly listener: RebalanceListener
  readonly tasks: TaskManager
  readonly input: TaskInput
  readonly executor: TaskExecutor
  readonly updater: StateUpdater
  readonly output: ProducerOutput
  readonly committer: Committer
  readonly schedule: CommitSchedule
  readonly state: StatePublisher
  /** Records that wait for a partition without data (KIP-695) are looked at again after this long. */
  readonly pollMs: number
}

/**
 * The loop of an application (Java: `StreamThread`): in each turn it does what others want of the tasks, hands over what was
 * fetched, lets tasks process for a bounded slice of time, punctuates, and commits. Membership of the group and restores run beside
 * it, and what they want of tasks are jobs of the loop.
 */
export class StreamThread {
  readonly #options: StreamThreadOptions
  #membership: 'open' | 'over' = 'open'
  #failure: unknown = undefined

  constructor(options: StreamThreadOptions) {
    this.#options = options
  }

  /** The thread's life: resolves after `leave`, rejects with the error that ended it. Tasks are closed in both cases. */
  async run(): Promise<void> {
    const { membership, listener, tasks, jobs } = this.#options
    const ended = membership.run(listener).then(
      () => this.#endMembership(undefined),
      (error: unknown) => this.#endMembership(error),
    )
    try {
      while (this.#membership === 'open') await this.#turn()
      if (this.#failure !== undefined) throw this.#failure
    } finally {
      tasks.closeDirty(tasks.all)
      jobs.close()
      await membership.leave().catch(() => undefined)
      await ended
    }
  }

  /** Commits, gives all tasks back, and leaves the group; `run` then ends. */
  async leave(): Promise<void> {
    await this.#options.membership.leave().catch(() => undefined)
  }

  /** Tells the whole group to stop (`shutdown-application`). */
  requestShutdown(): void {
    this.#options.membership.requestShutdown()
  }

  async #turn(): Promise<void> {
    const { clock, jobs, input, executor, updater, output } = this.#options
    await jobs.runAll()
    updater.advance()
    await input.handOver()
    const worked = executor.process()
    const punctuated = executor.punctuate()
    if (!worked || input.failure?.hasRecordsBefore === false) await this.#throwInputFailure()
    input.resume()
    await this.#commitIfDue()
    this.#publishState()
    await output.room()
    if (worked || punctuated) return clock.yield()
    output.sendAll()
    if (jobs.isEmpty && !input.hasNews && !executor.isReady) await this.#idle()
  }

  /**
   * A partition that cannot be read ends the thread, as in Java, where `poll` throws. What was read before it is processed by now: it
   * is committed, so that it does not come again.
   */
  async #throwInputFailure(): Promise<void> {
    const { input, committer, tasks } = this.#options
    const { failure } = input
    if (failure === null) return
    await committer.commit(tasks.running, 'always')
    throw failure.error
  }

  async #commitIfDue(): Promise<void> {
    const { tasks, committer, schedule } = this.#options
    if (!schedule.isDue(tasks.running)) return
    const { checkpoint } = schedule
    const { aborted } = await committer.commit(tasks.running, checkpoint)
    schedule.tried(checkpoint)
    await tasks.recreate(aborted, 'kept')
  }

  #publishState(): void {
    const { listener, tasks, state } = this.#options
    state.publish(listener.isRebalancing || tasks.isRestoring ? 'rebalancing' : 'running')
  }

  /** Sleeps until a job or a fetch comes, or something is due. */
  async #idle(): Promise<void> {
    const { clock, tasks, schedule, pollMs, jobs } = this.#options
    const { running } = tasks
    const now = clock.now()
    const waitingAt = running.some(({ task }) => task.hasRecords) ? now + pollMs : Infinity
    const punctuateAt = Math.min(Infinity, ...running.map(({ task }) => task.nextWallClockMs))
    await jobs.wait(Math.max(0, Math.min(schedule.nextMs(running), waitingAt, punctuateAt) - now), clock)
  }

  #endMembership(error: unknown): void {
    this.#membership = 'over'
    this.#failure = error
    this.#options.jobs.wake()
  }
}
