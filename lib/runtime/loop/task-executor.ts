import type { Clock } from '../../clock/clock.ts'
import type { ThreadMeter } from '../metrics/thread-meter.ts'
import type { TaskManager } from '../task/task-manager.ts'
import type { ActiveTask } from '../task/task.ts'
import type { SlowRecords } from './slow-records.ts'

export interface TaskExecutorOptions {
  readonly tasks: Pick<TaskManager, 'running'>
  readonly clock: Clock
  /** Told how long records took. Default: nobody is. */
  readonly slow?: Pick<SlowRecords, 'took'> | undefined
  /** Told what each turn and each slice did. Default: nobody is. */
  readonly meter?: Pick<ThreadMeter, 'task' | 'processed' | 'punctuated' | 'punctuatedByStreamTime'> | undefined
}

/** After this long processing pauses, so that heartbeats and fetches get their turn. */
const sliceMs = 5

/** After this many records of one task the next task has its turn. */
const recordsPerTurn = 100

/** To look at the clock costs about as much as a tenth of a record. It is looked at after this many records of a fast task. */
const recordsPerLook = 8

/**
 * Lets the running tasks of a thread process and punctuate (Java: `TaskExecutor`). A slice begins with the task after the one with
 * which the last slice ended, so that each task has its turn however slow the others are.
 */
export class TaskExecutor {
  readonly #options: TaskExecutorOptions
  /** Counts the turns of all slices. Modulo the number of tasks it is the task that is next. */
  #turn = 0
  #punctuations = 0
  /** The tasks whose last records took less than a millisecond. For any other task the clock is looked at after each record. */
  #fast = new WeakSet<ActiveTask>()
  /** The records of the slice. */
  #processed = 0

  constructor(options: TaskExecutorOptions) {
    this.#options = options
  }

  /**
   * Tasks take turns until nothing can be processed, a processor asks for a commit, or the slice of time is over. Returns whether
   * any record was processed.
   */
  process(): boolean {
    const { tasks, clock } = this.#options
    const { running } = tasks
    const startMs = clock.monotonic()
    this.#processed = 0
    for (let idle = 0; idle < running.length && clock.monotonic() < startMs + sliceMs;) {
      const { task, output } = running[this.#turn++ % running.length]!
      const progressed = !output.checkHeldBack() && this.#takeTurn(task, startMs)
      idle = progressed ? 0 : idle + 1
      if (progressed && task.isCommitRequested) break
    }
    if (this.#processed === 0) return false
    this.#options.meter?.processed(this.#processed, clock.monotonic() - startMs)
    return true
  }

  /** Runs the wall-clock punctuations that are due, until the slice of time is over. Returns whether there were any. */
  punctuate(): boolean {
    const { tasks, clock, meter } = this.#options
    const { running } = tasks
    const startMs = clock.monotonic()
    const now = clock.now()
    let punctuatedMs = startMs
    let punctuated = false
    for (let count = 0; count < running.length; count++) {
      const { task, output } = running[this.#punctuations++ % running.length]!
      if (output.checkHeldBack() || !task.punctuateWallClock(now)) continue
      punctuated = true
      const endMs = clock.monotonic()
      meter?.punctuated(task.id, endMs - punctuatedMs)
      punctuatedMs = endMs
      if (endMs >= startMs + sliceMs) break
    }
    return punctuated
  }

  /** True if a task has a record that it can process now. */
  get isReady(): boolean {
    const monotonicMs = this.#options.clock.monotonic()
    return this.#options.tasks.running.some(({ task, output }) => task.isProcessable(monotonicMs) && !output.checkHeldBack())
  }

  /** True if a record was processed. The first record is a sample: its ages are measured. */
  #takeTurn(task: ActiveTask, startMs: number): boolean {
    const { clock, slow, meter } = this.#options
    const beganMs = clock.monotonic()
    let sampledMs = meter === undefined ? -1 : clock.now()
    let lookedMs = beganMs
    let isFast = this.#fast.has(task)
    let count = 0
    let lookedAt = 0
    let punctuations = 0
    while (count < recordsPerTurn && task.isProcessable(startMs)) {
      task.process(sampledMs)
      if (task.punctuateStreamTime()) punctuations++
      count++
      sampledMs = -1
      if (isFast && count % recordsPerLook !== 0) continue
      const nowMs = clock.monotonic()
      isFast = this.#learn(task, nowMs - lookedMs)
      slow?.took(task, nowMs - lookedMs, count - lookedAt)
      lookedAt = count
      if (nowMs >= startMs + sliceMs) break
      lookedMs = nowMs
    }
    if (count > 0) this.#note(task, count, punctuations, beganMs)
    return count > 0
  }

  #note(task: ActiveTask, records: number, punctuations: number, beganMs: number): void {
    const { clock, meter } = this.#options
    this.#processed += records
    if (meter === undefined) return
    meter.task(task.id).processed(records, clock.monotonic() - beganMs)
    if (punctuations > 0) meter.punctuatedByStreamTime(task.id, punctuations)
    task.tellMetrics()
  }

  /** Returns whether the task is fast. */
  #learn(task: ActiveTask, tookMs: number): boolean {
    const isFast = tookMs < 1
    if (isFast) this.#fast.add(task)
    else this.#fast.delete(task)
    return isFast
  }
}
