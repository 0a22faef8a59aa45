import type { HealthCheck } from './service.ts'

/** So long after a try that failed somebody still waits: all try again sooner. */
const goesOnMs = 5_000

/** What a service waits for, told at each try that failed. It is not ready meanwhile. */
export class Waits {
  readonly #now: () => number
  /** By the reason, when it was last told. */
  readonly #told = new Map<string, number>()

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** `reason` is a sentence that says who does not answer. */
  readonly note = (reason: string): void => {
    this.#told.delete(reason)
    this.#told.set(reason, this.#now())
  }

  readonly check: HealthCheck = () => {
    for (const [reason, at] of this.#told) if (this.#now() - at > goesOnMs) this.#told.delete(reason)
    return { isLive: true, reasons: [...this.#told.keys()] }
  }
}
