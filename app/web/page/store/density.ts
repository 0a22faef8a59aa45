import type { Hops, Lane, Station } from '../../../contracts/feed.ts'

/** Intervals of 100 ms in 60 s. */
const intervalsMax = 600

/** Records per 100 ms of each station and lane, over the last 60 s. */
export class Density {
  readonly #rings = new Map<string, Uint32Array>()
  /** Asked for in each frame, and another one only with the next interval. */
  readonly #maxima = new Map<Lane, number>()
  #at = 0

  /** Intervals that have been, ever. */
  get at(): number {
    return this.#at
  }

  add({ hops }: Hops): void {
    this.#at++
    this.#maxima.clear()
    for (const ring of this.#rings.values()) ring[this.#at % intervalsMax] = 0
    for (const { station, lane, count } of hops) this.#ring(station, lane)[this.#at % intervalsMax] = count
  }

  /** The count `ago` intervals before the newest one. */
  count(station: Station, lane: Lane, ago: number): number {
    if (ago >= intervalsMax || ago > this.#at) return 0
    return this.#rings.get(keyOf(station, lane))?.[(this.#at - ago) % intervalsMax] ?? 0
  }

  /** Records in the newest second. */
  perSecond(station: Station, lane: Lane): number {
    let sum = 0
    for (let ago = 0; ago < 10; ago++) sum += this.count(station, lane, ago)
    return sum
  }

  /** The most in one interval of the last 60 s, over all stations of the lane. */
  maximum(lane: Lane): number {
    const known = this.#maxima.get(lane)
    if (known !== undefined) return known
    let maximum = 0
    for (const [key, ring] of this.#rings) if (key.endsWith(`/${lane}`)) maximum = Math.max(maximum, ...ring)
    this.#maxima.set(lane, maximum)
    return maximum
  }

  #ring(station: Station, lane: Lane): Uint32Array {
    const key = keyOf(station, lane)
    const known = this.#rings.get(key)
    if (known !== undefined) return known
    const ring = new Uint32Array(intervalsMax)
    this.#rings.set(key, ring)
    return ring
  }
}

function keyOf(station: Station, lane: Lane): string {
  return `${station}/${lane}`
}
