import { sentenceOf } from '../../model/sentence.ts'
import { sleep } from '../../clock/clock.ts'
import { StreamsError, TaskCorruptedError, TaskMigratedError, TransportError } from '../../model/errors.ts'
import { FailurePauses } from '../failure-pauses.ts'
import type { OpenStreamThread } from '../loop/open-stream-thread.ts'
import type { Goodbye } from '../membership/membership.ts'
import type { GlobalThread } from '../restore/global-thread.ts'
import type { ResolvedConfig, UncaughtExceptionAnswer } from '../streams-config.ts'
import type { ThreadEnvironment } from '../environment/thread-environment.ts'

export interface ThreadSupervisorOptions {
  readonly config: ResolvedConfig
  readonly environment: ThreadEnvironment
  readonly global: GlobalThread | null
  /** Aborted when the application closes. From then on no thread is replaced. */
  readonly stopping: AbortSignal
  /** `decide` says what becomes of an error of user code, by which the thread need not end. */
  readonly openThread: (decide: (error: unknown) => UncaughtExceptionAnswer) => Promise<OpenStreamThread>
  /** Called when a thread has ended and another will take its place. */
  readonly onReplace: () => void
}

const reopenPauseMaxMs = 1000

/** The error that ended the processing. It stands in an object, because `undefined` can be thrown too. */
export interface Failure {
  readonly error: unknown
}

/** Runs the thread of an application and the one of its global stores, and decides what their errors mean. */
export class ThreadSupervisor {
  readonly #options: ThreadSupervisorOptions
  #current: OpenStreamThread | null = null
  #globalFailure: Failure | null = null
  /** A record that fails each time would make the whole group rebalance without end. */
  readonly #pauses: FailurePauses
  #pauseMs = 0
  /** What the thread has asked about, and the answer: the application is not asked again if the thread has ended by it. */
  #answered: { readonly error: unknown; readonly answer: UncaughtExceptionAnswer } | null = null
  #failed = 0
  #isRunning = false

  constructor(options: ThreadSupervisorOptions) {
    this.#options = options
    this.#pauses = new FailurePauses(options.environment.clock, options.config.retryBackoffMs)
  }

  /** The thread that runs, or the last one that did. */
  get current(): OpenStreamThread | null {
    return this.#current
  }

  /** How many threads run: one, or none between two of them. */
  get alive(): number {
    return this.#isRunning ? 1 : 0
  }

  /** How many threads have failed. */
  get failed(): number {
    return this.#failed
  }

  /** Opens the first thread. Rejects with nothing left open. */
  async open(): Promise<void> {
    this.#current = await this.#openThread()
  }

  /** Runs until the application is closed (null) or has failed for good. Never rejects. */
  async run(): Promise<Failure | null> {
    this.#watchGlobal()
    for (;;) {
      const failure = this.#globalFailure ?? (await this.#runCurrent()) ?? this.#globalFailure
      if (failure === null) return null
      const answer = this.#decide(failure.error)
      if (answer === 'shutdown-application') await this.#stopApplication()
      // A failed global thread is not replaced, as in Java: tasks would go on reading stores that nobody updates.
      if (answer !== 'replace-thread' || this.#globalFailure !== null) return failure
      const unopened = await this.#replace()
      if (this.#options.stopping.aborted) return this.#closeUnused()
      if (unopened !== null) return unopened
    }
  }

  /** Commits, gives the tasks back, and leaves the group; `run` then ends. */
  async leave(goodbye: Goodbye = 'default'): Promise<void> {
    await this.#current?.thread.leave(goodbye)
  }

  /** Ends the thread as it is: without a commit, and without waiting for anybody's answer. `run` then ends. */
  async abandon(): Promise<void> {
    await this.#current?.abandon()
  }

  async #runCurrent(): Promise<Failure | null> {
    this.#pauses.began()
    this.#isRunning = true
    const failure = await failureOf(this.#current!.run())
    this.#isRunning = false
    if (failure !== null) this.#failed++
    this.#pauseMs = this.#pauses.failed()
    return failure
  }

  #openThread(): Promise<OpenStreamThread> {
    return this.#options.openThread((error) => this.#decideEarly(error))
  }

  #watchGlobal(): void {
    this.#options.global?.run().catch((error: unknown) => {
      this.#globalFailure = { error }
      return this.leave()
    })
  }

  /**
   * Opens another thread. While the cluster cannot be reached, or a source topic is missing, it tries again and again: that ends by
   * itself, however long it takes.
   */
  async #replace(): Promise<Failure | null> {
    const { environment, config, stopping, onReplace } = this.#options
    onReplace()
    await sleep(environment.clock, this.#pauseMs, stopping)
    for (let pauseMs = config.retryBackoffMs; ; pauseMs = Math.min(2 * pauseMs, reopenPauseMaxMs)) {
      if (stopping.aborted) return null
      const failure = await failureOf(this.#reopen())
      if (failure === null || stopping.aborted) return null
      if (!passes(failure.error)) {
        logFailure(failure.error, config)
        return failure
      }
      config.logger.warn(`The next thread cannot begin yet, and is tried again: ${sentenceOf(failure.error)}`)
      await sleep(environment.clock, pauseMs, stopping)
    }
  }

  async #reopen(): Promise<void> {
    this.#current = await this.#openThread()
  }

  /** The application closes: the thread that may have been opened meanwhile does not run. */
  async #closeUnused(): Promise<null> {
    await this.#current?.close()
    return null
  }

  #decide(error: unknown): UncaughtExceptionAnswer {
    const answered = this.#answered
    this.#answered = null
    return answered !== null && answered.error === error ? answered.answer : this.#answer(error)
  }

  /** For the thread that may go on after an error. */
  #decideEarly(error: unknown): UncaughtExceptionAnswer {
    const answer = this.#answer(error)
    this.#answered = { error, answer }
    return answer
  }

  #answer(error: unknown): UncaughtExceptionAnswer {
    const { config, stopping } = this.#options
    logFailure(error, config)
    if (stopping.aborted) return 'shutdown-client'
    if (error instanceof StreamsError && error.code === 'STREAMS_SHUTDOWN_REQUESTED') return 'shutdown-client'
    if (error instanceof TaskMigratedError || error instanceof TaskCorruptedError) return 'replace-thread'
    return config.uncaughtExceptionHandler?.(error) ?? 'shutdown-client'
  }

  /** Joins the group once more, only to tell all members to stop. */
  async #stopApplication(): Promise<void> {
    const failure = await failureOf(this.#openThread().then(tellGroup))
    if (failure !== null) logFailure(failure.error, this.#options.config)
  }
}

/** The cluster may come back, and so may a topic. */
function passes(error: unknown): boolean {
  if (error instanceof StreamsError && error.code === 'STREAMS_MISSING_SOURCE_TOPIC') return true
  return error instanceof TransportError && error.kind === 'retriable'
}

async function tellGroup(messenger: OpenStreamThread): Promise<void> {
  messenger.thread.requestShutdown()
  const failure = await failureOf(messenger.run())
  const isHeard = failure?.error instanceof StreamsError && failure.error.code === 'STREAMS_SHUTDOWN_REQUESTED'
  if (failure !== null && !isHeard) throw failure.error
}

function logFailure(error: unknown, { logger }: ResolvedConfig): void {
  const facts = error instanceof StreamsError ? { code: error.code, ...error.facts } : {}
  logger.error(`Processing has ended: ${sentenceOf(error)}`, facts)
}

async function failureOf(running: Promise<unknown>): Promise<Failure | null> {
  try {
    await running
    return null
  } catch (error) {
    return { error }
  }
}
