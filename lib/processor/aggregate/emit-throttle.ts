/**
 * Wall-clock throttle of operators that emit when event time has passed: a scan of the store with every record would cost more
 * than it finds (Java: `TimeTracker`).
 */
export class EmitThrottle {
  readonly #intervalMs: number
  #nextMs = 0

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs
  }

  /** Whether it is time to emit. If so, the next time is an interval after `now`. */
  isDue(now: number): boolean {
    if (now < this.#nextMs) return false
    this.#nextMs = now + this.#intervalMs
    return true
  }
}
