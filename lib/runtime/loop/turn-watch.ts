import type { Clock, Timer } from '../../clock/clock.ts'

export interface TurnWatchOptions {
  readonly clock: Clock
  readonly maxPollIntervalMs: number
  /** Called once for a turn that takes longer than `maxPollIntervalMs`. */
  readonly onOverdue: () => void
}

/**
 * Watches the turns of a loop by a timer of its own (Java: the heartbeat thread, by `max.poll.interval.ms`). Heartbeats go on while
 * a turn hangs. So without the watch a thread that hangs would keep its tasks for ever.
 */
export class TurnWatch {
  readonly #options: TurnWatchOptions
  #startedMs: number | null = null
  #timer: Timer | null = null

  constructor(options: TurnWatchOptions) {
    this.#options = options
  }

  /** A turn begins: the one before has ended. */
  turn(): void {
    this.#startedMs = this.#options.clock.monotonic()
    this.#timer ??= this.#schedule(this.#options.maxPollIntervalMs)
  }

  /** The loop waits for work, for as long as it likes. */
  rest(): void {
    this.#startedMs = null
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = null
  }

  #schedule(ms: number): Timer {
    return this.#options.clock.schedule(ms, () => this.#look())
  }

  #look(): void {
    const { clock, maxPollIntervalMs, onOverdue } = this.#options
    const leftMs = this.#startedMs === null ? maxPollIntervalMs : this.#startedMs + maxPollIntervalMs - clock.monotonic()
    this.#timer = this.#schedule(leftMs > 0 ? leftMs : maxPollIntervalMs)
    if (leftMs > 0) return
    this.rest()
    onOverdue()
  }
}
