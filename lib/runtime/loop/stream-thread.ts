import type { Clock } from '../../clock/clock.ts'
import type { Goodbye, Membership } from '../membership/membership.ts'
import type { ProducerOutput } from '../output/producer-output.ts'
import type { ThreadMeter } from '../metrics/thread-meter.ts'
import type { TaskManager } from '../task/task-manager.ts'
import type { AssignedTopics } from '../topics/assigned-topics.ts'
import type { CommitSchedule } from './commit-schedule.ts'
import type { Committer } from './committer.ts'
import type { CrashRecovery } from './crash-recovery.ts'
import type { LoopJobs } from './loop-jobs.ts'
import type { RebalanceListener } from './rebalance-listener.ts'
import type { PauseSwitch } from './pause-switch.ts'
import type { ProgressWatch } from './progress-watch.ts'
import type { StatePublisher } from './state-publisher.ts'
import type { StateUpdater } from './state-updater.ts'
import type { TaskExecutor } from './task-executor.ts'
import type { TaskInput } from './task-input.ts'
import { TurnWatch } from './turn-watch.ts'

export interface StreamThreadOptions {
  readonly clock: Clock
  readonly jobs: LoopJobs
  readonly membership: Membership
  readonly listener: RebalanceListener
  readonly topics: Pick<AssignedTopics, 'watch' | 'stop'>
  readonly tasks: TaskManager
  readonly input: TaskInput
  readonly executor: TaskExecutor
  readonly updater: StateUpdater
  readonly output: ProducerOutput
  readonly committer: Committer
  readonly schedule: CommitSchedule
  readonly state: StatePublisher
  readonly pauses: PauseSwitch
  /** Null: an error of user code ends the thread. */
  readonly recovery: CrashRecovery | null
  /** Told of each turn. Default: nobody is. */
  readonly progress?: Pick<ProgressWatch, 'turn' | 'rest'> | undefined
  /** Told how long commits take. Default: nobody is. */
  readonly meter?: Pick<ThreadMeter, 'committed'> | undefined
  /** A turn that takes longer than this gives the tasks to other members. */
  readonly maxPollIntervalMs: number
  /** A task whose records wait for a partition without data (KIP-695) is looked at again after this long. */
  readonly pollMs: number
}

/**
 * The loop of an application (Java: `StreamThread`). Each turn runs the waiting jobs, gives fetched records to their tasks, lets
 * tasks process for a bounded slice of time, punctuates, and commits. Membership of the group, the watch of topics and restores run
 * beside the loop; whenever they have to touch a task, they give the loop a job.
 */
export class StreamThread {
  readonly #options: StreamThreadOptions
  #membership: 'open' | 'over' = 'open'
  #failure: unknown = undefined
  readonly #abandoned = Promise.withResolvers<void>()
  readonly #watch: TurnWatch

  constructor(options: StreamThreadOptions) {
    this.#options = options
    const { pauses, jobs, clock, maxPollIntervalMs, membership } = options
    pauses.connect(() => jobs.wake())
    const onOverdue = (): void => membership.giveUp(overdue(maxPollIntervalMs))
    this.#watch = new TurnWatch({ clock, maxPollIntervalMs, onOverdue })
  }

  /** The thread's life: resolves after `leave`, rejects with the error that ended it. Tasks are closed in both cases. */
  async run(): Promise<void> {
    const { membership, listener, topics, tasks, jobs, input } = this.#options
    topics.watch({ onChange: () => membership.requestRejoin(), onLost: (error) => jobs.postAfter(Promise.reject(error), thrown) })
    const ended = membership.run(listener).then(
      () => this.#endMembership(undefined),
      (error: unknown) => this.#endMembership(error),
    )
    try {
      await Promise.race([this.#turns(), this.#abandoned.promise])
      if (this.#failure !== undefined) throw this.#failure
    } finally {
      this.#watch.stop()
      topics.stop()
      input.close()
      tasks.closeDirty(tasks.all)
      jobs.close()
      await membership.leave().catch(() => undefined)
      await ended
    }
  }

  /**
   * Ends the thread in the midst of its turn, whatever the turn waits for. Nothing is committed. What the turn does when it goes on,
   * it does to closed tasks.
   */
  abandon(): void {
    this.#endMembership(undefined)
    this.#abandoned.resolve()
  }

  /** Commits, gives all tasks back, and leaves the group; `run` then ends. */
  async leave(goodbye: Goodbye = 'default'): Promise<void> {
    await this.#options.membership.leave(goodbye).catch(() => undefined)
  }

  /** Tells the whole group to stop (`shutdown-application`). */
  requestShutdown(): void {
    this.#options.membership.requestShutdown()
  }

  /** There is one race against `abandon`, not one for each turn: what waits for a promise that lives long is held as long as it does. */
  async #turns(): Promise<void> {
    const { jobs, recovery, progress } = this.#options
    while (this.#membership === 'open') {
      this.#watch.turn()
      progress?.turn()
      // A job that fails has left undone what others wait for: that ends the thread in any case.
      await jobs.runAll()
      await this.#turn().catch((error: unknown) => recovery?.recover(error) ?? Promise.reject(error))
    }
  }

  async #turn(): Promise<void> {
    const { clock, jobs, input, output, tasks } = this.#options
    input.handOver()
    const worked = this.#work()
    if (!worked || input.failure?.hasRecordsBefore === false) await this.#throwInputFailure()
    input.resume()
    await this.#commitIfDue(worked || input.hasNews ? 'busy' : 'drained')
    this.#publishState()
    output.turn()
    const stored = tasks.continueCheckpoint()
    if (worked) return clock.yield()
    output.sendAll()
    if (stored) return clock.yield()
    if (jobs.isEmpty && !input.hasNews && !this.#isReady) await this.#idle()
  }

  /**
   * Restores, processes and punctuates, unless the application pauses (KIP-834), user code has just crashed, stores are full of what cannot
   * be committed now, or output is full of what is not acknowledged.
   * Returns whether anything was processed.
   */
  #work(): boolean {
    const { executor, updater, pauses, recovery } = this.#options
    if (pauses.isPaused) return false
    updater.advance()
    if (!this.#hasRoom || recovery?.isPausing === true) return false
    const worked = executor.process()
    return executor.punctuate() || worked
  }

  get #isReady(): boolean {
    const { pauses, executor, recovery } = this.#options
    return !pauses.isPaused && recovery?.isPausing !== true && this.#hasRoom && executor.isReady
  }

  /** Whether what is processed now can be committed. */
  get #hasRoom(): boolean {
    const { schedule, tasks, output, committer } = this.#options
    return !schedule.isOverdue(tasks.running) && output.hasRoom && committer.urgency === 'by-schedule'
  }

  /**
   * A partition that cannot be read ends the thread, as in Java, where `poll` throws. The records before it are processed by now.
   * They are committed, so that they do not come again.
   */
  async #throwInputFailure(): Promise<void> {
    const { input, committer, tasks, pauses } = this.#options
    const { failure } = input
    if (failure === null || pauses.isPaused) return
    await committer.commit(tasks.running, 'always')
    throw failure.error
  }

  async #commitIfDue(loop: 'busy' | 'drained'): Promise<void> {
    const { tasks, committer, schedule, clock, meter } = this.#options
    const { running } = tasks
    if (!this.#canCommit || !schedule.isDue(running, committer.urgency === 'at-once' ? 'urgent' : loop)) return
    const checkpoint = schedule.checkpoint(running)
    const beganMs = clock.monotonic()
    const outcome = await committer.commit(running, checkpoint)
    meter?.committed(clock.monotonic() - beganMs)
    const { committed, aborted } = outcome
    if (running.length > 0 && committed.length + aborted.length === 0) schedule.refused()
    else schedule.committed(checkpoint, running)
    tasks.beginAgain(aborted, outcome.lastCommit)
  }

  get #canCommit(): boolean {
    const { membership, committer } = this.#options
    return membership.canCommit || !committer.waitsForAssignment
  }

  #publishState(): void {
    const { listener, tasks, state, recovery } = this.#options
    const isBusy = listener.isRebalancing || tasks.isRestoring || recovery?.isPausing === true
    state.publish(isBusy ? 'rebalancing' : 'running')
  }

  /** Sleeps until a job or a fetch comes, or something is due. */
  async #idle(): Promise<void> {
    const { clock, tasks, input, schedule, pollMs, jobs, pauses, progress, recovery } = this.#options
    const { running } = tasks
    const monotonicMs = clock.monotonic()
    const working = pauses.isPaused ? [] : running
    const isWaiting = input.isHeldBack || working.some(({ task }) => task.hasRecords)
    const waitingMs = isWaiting ? pollMs : Infinity
    const punctuateMs = Math.min(...working.map(({ task }) => task.nextWallClockMs)) - clock.now()
    // The assignment, from which on commits go through, comes as a job and wakes the loop.
    const commitMs = this.#canCommit ? schedule.nextMs(running) - monotonicMs : Infinity
    const resumeMs = recovery?.isPausing === true ? recovery.resumeMs - monotonicMs : Infinity
    this.#watch.rest()
    progress?.rest()
    await jobs.wait(Math.max(0, Math.min(commitMs, waitingMs, resumeMs, untilWallClock(punctuateMs))), clock)
  }

  #endMembership(error: unknown): void {
    this.#membership = 'over'
    this.#failure = error
    this.#options.jobs.wake()
  }
}

function thrown(result: () => never): void {
  result()
}

/** The wall clock may be set while the loop sleeps. So the loop looks at it at least this often. */
const wallClockLookMs = 60_000

/** How long the loop sleeps for a punctuation that is due in `ms` by the wall clock. Infinity: there is none. */
function untilWallClock(ms: number): number {
  return ms === Infinity ? Infinity : Math.min(ms, wallClockLookMs)
}

function overdue(maxPollIntervalMs: number): string {
  return (
    `The loop has not come back for ${maxPollIntervalMs} ms (maxPollIntervalMs). ` +
    'Let records take less time, or raise maxPollIntervalMs.'
  )
}
