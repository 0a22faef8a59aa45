import type { Clock } from '../../clock/clock.ts'

/** After this long a restore gives its turn back, so that running tasks, heartbeats and fetches get theirs. */
export const restoreTurnMs = 10

/** The turns of work that runs beside a loop of the same thread. */
export class Turns {
  readonly #clock: Clock
  #beganMs: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#beganMs = clock.monotonic()
  }

  /** A turn begins, after a wait of any kind. */
  begin(): void {
    this.#beganMs = this.#clock.monotonic()
  }

  /** Lets others have their turn, if the present one has taken its time. */
  async give(): Promise<void> {
    if (this.#clock.monotonic() - this.#beganMs < restoreTurnMs) return
    await this.#clock.yield()
    this.begin()
  }
}
