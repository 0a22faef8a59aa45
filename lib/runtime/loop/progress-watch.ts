import type { Clock } from '../../clock/clock.ts'
import { partitionKey } from '../../model/topic-partition.ts'
import { taskIdString } from '../../model/task-id.ts'
import { stuckMs } from '../output/partition-output.ts'
import type { ManagedTask } from '../task/managed-task.ts'
import type { TaskManager } from '../task/task-manager.ts'
import type { InputFetcher } from './input-fetcher.ts'
import type { Standstill } from './standstill.ts'
import type { TaskInput } from './task-input.ts'

export interface ProgressWatchOptions {
  readonly clock: Pick<Clock, 'monotonic'>
  readonly tasks: Pick<TaskManager, 'running'>
  readonly input: Pick<TaskInput, 'held'>
  readonly fetcher: Pick<InputFetcher, 'unansweredSinceMs'>
  /** A fetch may wait at the broker for so long. */
  readonly fetchMaxWaitMs: number
  /** A task may wait for a partition without data for so long (KIP-695). */
  readonly maxTaskIdleMs: number
}

/** Where a task stands that has a backlog, or waits for its output. */
interface Still {
  readonly what: 'task' | 'output'
  readonly position: number
  readonly sinceMs: number
}

/** Busy loops look at the positions of tasks this often. */
const lookMs = 250

/**
 * Knows since when nothing moves. A task without a backlog need not move, so an application that has nothing to do is never still. The
 * watch has no timer: the loop tells of its turns, and nothing moves between them.
 */
export class ProgressWatch {
  readonly #options: ProgressWatchOptions
  #still = new Map<ManagedTask, Still>()
  #lookedMs = -Infinity
  /** The beginning of the turn; null while the loop rests. */
  #turnSinceMs: number | null = null
  #restSinceMs: number

  constructor(options: ProgressWatchOptions) {
    this.#options = options
    this.#restSinceMs = options.clock.monotonic()
  }

  /** A turn begins. */
  turn(): void {
    const nowMs = this.#options.clock.monotonic()
    this.#turnSinceMs = nowMs
    if (nowMs - this.#lookedMs >= lookMs) this.#look(nowMs, nowMs)
  }

  /** The loop waits for work. */
  rest(): void {
    this.#turnSinceMs = null
    this.#restSinceMs = this.#options.clock.monotonic()
  }

  /** What has not moved for `standstillMs`, although it should. */
  standstills(standstillMs: number): readonly Standstill[] {
    const nowMs = this.#options.clock.monotonic()
    this.#look(nowMs, this.#turnSinceMs ?? this.#restSinceMs)
    return [...this.#loop(nowMs), ...this.#fetch(nowMs), ...this.#serdes(nowMs), ...this.#tasks(nowMs)].filter(
      ({ forMs }) => forMs >= standstillMs,
    )
  }

  /** What is seen for the first time has stood there since `sinceMs`. */
  #look(nowMs: number, sinceMs: number): void {
    const before = this.#still
    this.#still = new Map()
    this.#lookedMs = nowMs
    for (const managed of this.#options.tasks.running) {
      const { position, backlog } = standOf(managed)
      const what = managed.output.checkHeldBack() ? 'output' : 'task'
      if (backlog === 0 && what === 'task') continue
      const known = before.get(managed)
      const fromMs = what === 'output' ? Math.min(sinceMs, nowMs - stuckMs) : sinceMs
      const isStill = known?.position === position
      this.#still.set(managed, { what, position, sinceMs: isStill ? Math.min(known.sinceMs, fromMs) : fromMs })
    }
  }

  #loop(nowMs: number): Standstill[] {
    if (this.#turnSinceMs === null) return []
    const forMs = nowMs - this.#turnSinceMs
    return [
      { what: 'loop', forMs, message: `The thread waits within a turn for ${sayMs(forMs)}, as for brokers that acknowledge.` },
    ]
  }

  #fetch(nowMs: number): Standstill[] {
    const { fetcher, fetchMaxWaitMs } = this.#options
    const sinceMs = fetcher.unansweredSinceMs
    if (sinceMs === null) return []
    const forMs = nowMs - sinceMs - fetchMaxWaitMs
    return [{ what: 'fetch', forMs, message: `No broker has answered a fetch for ${sayMs(forMs)}.` }]
  }

  #serdes(nowMs: number): Standstill[] {
    return this.#options.input.held.map(({ partition, sinceMs }) => {
      const forMs = nowMs - sinceMs
      const message = `Records of ${partitionKey(partition)} wait for their serdes, as for a schema registry, for ${sayMs(forMs)}.`
      return { what: 'serdes', forMs, message }
    })
  }

  #tasks(nowMs: number): Standstill[] {
    const idleMs = Math.max(0, this.#options.maxTaskIdleMs)
    return [...this.#still].map(([managed, { what, sinceMs }]) => {
      const task = taskIdString(managed.id)
      const forMs = nowMs - sinceMs - (what === 'task' ? idleMs : 0)
      if (what === 'output')
        return { what, forMs, message: `No broker has acknowledged the output of task ${task} for ${sayMs(forMs)}.` }
      const { backlog } = standOf(managed)
      return { what, forMs, message: `Task ${task} has ${backlog} records, and has processed none for ${sayMs(forMs)}.` }
    })
  }
}

/** A number that grows with each record that is processed, and what is left. */
function standOf({ task, partitions }: ManagedTask): { readonly position: number; readonly backlog: number } {
  let position = 0
  let backlog = 0
  for (const partition of partitions) {
    position += task.fetchPosition(partition) - task.bufferedRecords(partition)
    backlog += task.backlog(partition) ?? 0
  }
  return { position, backlog }
}

function sayMs(ms: number): string {
  return `${Math.round(Math.max(0, ms))} ms`
}
