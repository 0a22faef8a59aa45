import type { Clock } from '../clock/clock.ts'

/** What fails within this time has failed like what came before it. */
const soonMs = 30_000

const pauseMaxMs = 10_000

/**
 * How long processing pauses after it has failed. A record that fails each time would be tried again without end: the pauses grow until
 * processing has gone well for a while.
 */
export class FailurePauses {
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #leastMs: number
  #beganMs: number
  /** How many failures in a row came soon. */
  #soon = 0

  /** `leastMs`: the shortest pause. */
  constructor(clock: Pick<Clock, 'monotonic'>, leastMs: number) {
    this.#clock = clock
    this.#leastMs = leastMs
    this.#beganMs = clock.monotonic()
  }

  /** Called when processing begins. */
  began(): void {
    this.#beganMs = this.#clock.monotonic()
  }

  /** Called when it has failed. Returns the pause in ms. */
  failed(): number {
    this.#soon = this.#clock.monotonic() - this.#beganMs < soonMs ? this.#soon + 1 : 0
    return Math.max(this.#leastMs, Math.min(pauseMaxMs, this.#leastMs * 2 ** Math.max(0, this.#soon - 1)))
  }
}
