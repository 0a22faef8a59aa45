/**
 * Says when an operator that emits on the passing of event time may look for results again, by the wall clock (Java: `TimeTracker`). A scan of
 * the store with every record would cost more than it finds.
 */
export class EmitThrottle {
  readonly #intervalMs: number
  #nextMs = 0

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs
  }

  /** Whether an emission is due. If so, the next one is due an interval after `now`. */
  isDue(now: number): boolean {
    if (now < this.#nextMs) return false
    this.#nextMs = now + this.#intervalMs
    return true
  }
}
