/**
 * The newest entries of a map: at least `kept` of them, and up to twice as many. They go a generation at a time. A `Map` that drops its
 * oldest entry for each new one walks over the places of all that were dropped before: 16 µs an entry where 20,000 are kept.
 */
export class RecentMap<K, V> {
  readonly #kept: number
  #young = new Map<K, V>()
  #old = new Map<K, V>()

  constructor(kept: number) {
    this.#kept = kept
  }

  get(key: K): V | undefined {
    return this.#young.get(key) ?? this.#old.get(key)
  }

  /** Adds an entry that is not there. */
  add(key: K, value: V): void {
    this.#young.set(key, value)
    if (this.#young.size < this.#kept) return
    this.#old = this.#young
    this.#young = new Map()
  }
}
