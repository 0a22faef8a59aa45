import type { Distribution, Histogram } from './metrics.ts'

/** Counts values by buckets. Nothing is allocated for a value. */
export class MemoryHistogram implements Histogram {
  readonly #bounds: readonly number[]
  /** One bucket more than bounds: the values above all of them. */
  readonly #buckets: Float64Array
  #count = 0
  #sum = 0
  #max = 0

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
    this.#buckets = new Float64Array(bounds.length + 1)
  }

  record(value: number): void {
    const bounds = this.#bounds
    let bucket = 0
    while (bucket < bounds.length && value > bounds[bucket]!) bucket++
    this.#buckets[bucket]!++
    this.#count++
    this.#sum += value
    if (value > this.#max) this.#max = value
  }

  get distribution(): Distribution {
    let below = 0
    const counts = this.#bounds.map((_, bucket) => (below += this.#buckets[bucket]!))
    return { count: this.#count, sum: this.#sum, max: this.#max, bounds: this.#bounds, counts }
  }
}
