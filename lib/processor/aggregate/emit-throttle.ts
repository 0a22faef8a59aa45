/**
 * Limits how often an operator scans its store for results whose time has come (Java: `TimeTracker`). A scan with every record would
 * be too expensive.
 */
export class EmitThrottle {
  readonly #intervalMs: number
  #nextMs = 0

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs
  }

  /** Whether an emission is due. If so, the next one is due an interval after this time. */
  isDue(monotonicMs: number): boolean {
    if (monotonicMs < this.#nextMs) return false
    this.#nextMs = monotonicMs + this.#intervalMs
    return true
  }
}
