interface Timed<T> {
  readonly timeMs: number
  readonly item: T
}

/**
 * Merges the items of a time span that slides forward. Each item is merged about three times, however many there are in the span: the older ones are
 * merged from each of them on, up to a point; those behind that point are merged as they come. The items, and what they make, are used again, so that `merge` must
 * not change them.
 */
export class SlidingMerge<T> {
  readonly #merge: (left: T, right: T) => T
  /** What the older items make from each of them on, the oldest last. */
  #older: Timed<T>[] = []
  #newer: Timed<T>[] = []
  #newest: T | undefined

  constructor(merge: (left: T, right: T) => T) {
    this.#merge = merge
  }

  /** Adds an item that is not older than those that were added before. */
  push(timeMs: number, item: T): void {
    this.#newer.push({ timeMs, item })
    this.#newest = this.#newest === undefined ? item : this.#merge(this.#newest, item)
  }

  /** Forgets the items before this time. Returns whether there are any left. */
  dropBefore(timeMs: number): boolean {
    this.#dropOlder(timeMs)
    if (this.#older.length === 0 && this.#newer.length > 0) {
      this.#turn()
      this.#dropOlder(timeMs)
    }
    return this.#older.length > 0
  }

  /** What all items make; undefined: there are none. */
  merged(): T | undefined {
    const older = this.#older.at(-1)?.item
    if (older === undefined) return this.#newest
    return this.#newest === undefined ? older : this.#merge(older, this.#newest)
  }

  #dropOlder(timeMs: number): void {
    while (this.#older.length > 0 && this.#older.at(-1)!.timeMs < timeMs) this.#older.pop()
  }

  #turn(): void {
    let sum: T | undefined
    for (const { timeMs, item } of this.#newer.reverse()) {
      sum = sum === undefined ? item : this.#merge(item, sum)
      this.#older.push({ timeMs, item: sum })
    }
    this.#newer = []
    this.#newest = undefined
  }
}
