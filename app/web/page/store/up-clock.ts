/** A clock that stands still while the pipeline is down, or while this page cannot hear of it. */
export class UpClock {
  #upMs = 0
  #since: number | null = null

  /** @param now monotonic ms */
  run(now: number): void {
    this.#since ??= now
  }

  halt(now: number): void {
    this.#upMs = this.at(now)
    this.#since = null
  }

  at(now: number): number {
    return this.#upMs + (this.#since === null ? 0 : now - this.#since)
  }
}
