import type { ClockMs, Excerpt, Hop, Hops, Lane, Station } from '../../contracts/feed.ts'
import type { Passage } from './passages.ts'

const windowMs = 1000

export type Place = Pick<Hop, 'lane' | 'station' | 'topic'>

/** What is counted of one station and lane. */
class Meter {
  readonly place: Place
  backlog = 0
  #count = 0
  #bytes = 0
  #newest: Passage | null = null
  #times: { readonly seen: ClockMs; readonly ms: number }[] = []

  constructor(place: Place) {
    this.place = place
  }

  add(passage: Passage): void {
    this.#count++
    this.#bytes += passage.bytes
    this.#newest = passage
    if (passage.ms !== null) this.#times.push({ seen: passage.seen, ms: passage.ms })
  }

  take(now: ClockMs): Hop {
    this.#times = this.#times.filter(({ seen }) => seen > now - windowMs)
    // Typed, because an array of numbers is compared as an array of anything: ten times a second, for all that passed in a second.
    const sorted = Float64Array.from(this.#times, ({ ms }) => ms).sort()
    const { place, backlog } = this
    const newest: Excerpt | null = this.#newest?.excerpt() ?? null
    const counted = { count: this.#count, bytes: this.#bytes }
    ;[this.#count, this.#bytes, this.#newest] = [0, 0, null]
    return { ...place, ...counted, backlog, p50: quantile(sorted, 0.5), p95: quantile(sorted, 0.95), newest }
  }
}

function quantile(sorted: Float64Array, share: number): number | null {
  const ms = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
  return ms === undefined ? null : Math.round(ms * 100) / 100
}

/** Counts what passes each station, and says it for an interval at a time. */
export class HopMeter {
  readonly #clock: string
  readonly #meters = new Map<string, Meter>()
  #from: ClockMs

  constructor(clock: string, now: ClockMs, places: readonly Place[]) {
    this.#clock = clock
    this.#from = now
    for (const place of places) this.#meters.set(keyOf(place), new Meter(place))
  }

  /** What passes elsewhere, as a transfer that a user's change re-emits, counts in a place of its own. */
  add(passage: Passage): void {
    const key = keyOf(passage)
    const { lane, station, topic } = passage
    const meter = this.#meters.get(key) ?? new Meter({ lane, station, topic })
    this.#meters.set(key, meter)
    meter.add(passage)
  }

  /** How many records wait before a station. */
  setBacklog(at: Pick<Place, 'lane' | 'station'>, records: number): void {
    const meter = this.#meters.get(keyOf(at))
    if (meter !== undefined) meter.backlog = records
  }

  take(now: ClockMs): Hops {
    const hops = [...this.#meters.values()].map((meter) => meter.take(now))
    const from = this.#from
    this.#from = now
    return { clock: this.#clock, from, to: now, hops }
  }
}

function keyOf({ lane, station }: { readonly lane: Lane; readonly station: Station }): string {
  return `${lane} ${station}`
}
