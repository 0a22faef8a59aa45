import type { Clock } from '../../../clock/clock.ts'
import type { TroubleLog } from '../../cluster.ts'

/** At most one report of the same trouble comes in this time, in ms. */
const quietMs = 10_000

interface Reported {
  atMs: number
  suppressed: number
}

/** Tells a log of trouble that passes, such as lost connections: each kind once, then at most once in ten seconds, with a count. */
export class TroubleReport {
  readonly #log: TroubleLog | undefined
  readonly #clock: Clock
  readonly #reported = new Map<string, Reported>()

  constructor(log: TroubleLog | undefined, clock: Clock) {
    this.#log = log
    this.#clock = clock
  }

  /** `kind` tells apart what is reported for itself, e.g. the address of a broker. */
  tell(kind: string, message: string, facts: Readonly<Record<string, unknown>>): void {
    if (this.#log === undefined) return
    const nowMs = this.#clock.monotonic()
    const last = this.#reported.get(kind)
    if (last !== undefined && nowMs - last.atMs < quietMs) return void last.suppressed++
    const more = last === undefined || last.suppressed === 0 ? '' : ` (${last.suppressed} times more since the last report)`
    this.#reported.set(kind, { atMs: nowMs, suppressed: 0 })
    this.#log.warn(`${message}${more}`, facts)
  }
}
