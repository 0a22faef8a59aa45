/**
 * A binary heap that orders equal items as `java.util.PriorityQueue` does. So two records with one timestamp, or two punctuations
 * that are due together, come in the same order as in Kafka Streams.
 */
export class PriorityQueue<T> {
  readonly #items: T[] = []
  readonly #priority: (item: T) => number

  /** Smallest priority first. An item's priority does not change while it is queued. */
  constructor(priority: (item: T) => number) {
    this.#priority = priority
  }

  get size(): number {
    return this.#items.length
  }

  peek(): T | undefined {
    return this.#items[0]
  }

  offer(item: T): void {
    this.#items.push(item)
    this.#siftUp(this.#items.length - 1, item)
  }

  poll(): T | undefined {
    const first = this.#items[0]
    const last = this.#items.pop()
    if (last !== undefined && this.#items.length > 0) this.#siftDown(last)
    return first
  }

  #siftUp(from: number, item: T): void {
    const priority = this.#priority(item)
    let at = from
    while (at > 0) {
      const parent = (at - 1) >>> 1
      const above = this.#items[parent]!
      if (priority >= this.#priority(above)) break
      this.#items[at] = above
      at = parent
    }
    this.#items[at] = item
  }

  #siftDown(item: T): void {
    const priority = this.#priority(item)
    const half = this.#items.length >>> 1
    let at = 0
    while (at < half) {
      const child = this.#smallerChild(at)
      const below = this.#items[child]!
      if (priority <= this.#priority(below)) break
      this.#items[at] = below
      at = child
    }
    this.#items[at] = item
  }

  #smallerChild(at: number): number {
    const left = 2 * at + 1
    const right = left + 1
    const hasRight = right < this.#items.length
    return hasRight && this.#priority(this.#items[left]!) > this.#priority(this.#items[right]!) ? right : left
  }
}
