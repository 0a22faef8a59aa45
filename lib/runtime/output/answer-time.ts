import type { Clock, Timer } from '../../clock/clock.ts'

const tickMs = 100

/**
 * Time in which answers of brokers can be read. While the loop works, none is read: a commit that flushes large caches may take seconds, of
 * which no broker has a fault. So this time goes by ticks, between which the event loop has had its turn, and a tick that comes late counts
 * twice at most. It stands still while nothing is awaited.
 */
export class AnswerTime implements Pick<Clock, 'monotonic'> {
  readonly #clock: Clock
  #passedMs = 0
  #tickedMs = 0
  #awaited = 0
  #timer: Timer | null = null

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The ms that have passed, to a tick. */
  monotonic(): number {
    return this.#passedMs
  }

  /** An answer is awaited. */
  begin(): void {
    if (this.#awaited++ > 0) return
    this.#tickedMs = this.#clock.monotonic()
    this.#schedule()
  }

  /** It has come, or is given up. */
  end(): void {
    if (--this.#awaited === 0) this.#timer?.cancel()
  }

  #schedule(): void {
    this.#timer = this.#clock.schedule(tickMs, () => {
      const nowMs = this.#clock.monotonic()
      this.#passedMs += Math.min(nowMs - this.#tickedMs, 2 * tickMs)
      this.#tickedMs = nowMs
      this.#schedule()
    })
  }
}
