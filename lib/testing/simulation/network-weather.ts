import type { Chance } from '../../clock/chance.ts'

/**
 * What can happen to a message. `lost request`, `lost answer`: it does not arrive, and its sender hears of it, or hears nothing. `late
 * request`: the same for the sender, but the request arrives some seconds later, perhaps after a repetition of it.
 */
export type Mishap = 'lost request' | 'lost answer' | 'late request'

export const mishaps: readonly Mishap[] = ['lost request', 'lost answer', 'late request']

/** The longest time that a late request is on its way. */
const lateMs = 5000

/** What becomes of messages now. Faults change it. */
export class NetworkWeather {
  /** The greatest latency of a message, in ms. */
  latencyMs = 2
  /** The share of messages that are lost, from 0 to 1. */
  lost = 0
  /** Until when the brokers do not answer anybody. */
  downUntil = 0
  /** Until when a process reaches no broker, by its name. */
  readonly cutUntil = new Map<string, number>()
  readonly #planned = new Set<string>()
  readonly #chance: Chance

  constructor(chance: Chance) {
    this.#chance = chance
  }

  /** The next message of this call has a mishap. */
  plan(mishap: Mishap, call: string): void {
    this.#planned.add(`${mishap} × ${call}`)
  }

  /** What happens to a message that is sent now. Null: it arrives. */
  mishapOf(message: 'request' | 'answer', call: string): Mishap | null {
    if (this.#chance.float() < this.lost) return this.#isLate(message) ? 'late request' : `lost ${message}`
    if (this.#planned.size === 0) return null
    return mishaps.find((mishap) => mishap.endsWith(message) && this.#planned.delete(`${mishap} × ${call}`)) ?? null
  }

  /** For how long a late request is on its way. */
  lateness(): number {
    return this.#chance.float() * lateMs
  }

  isReachable(process: string, now: number): boolean {
    return now >= Math.max(this.downUntil, this.cutUntil.get(process) ?? 0)
  }

  clear(): void {
    this.latencyMs = 2
    this.lost = 0
    this.downUntil = 0
    this.cutUntil.clear()
    this.#planned.clear()
  }

  #isLate(message: 'request' | 'answer'): boolean {
    return message === 'request' && this.#chance.float() < 0.1
  }
}
