/** What waits in a queue: by its time, then by its key, which is bytes as latin1. */
export interface Timed {
  readonly timeMs: number
  readonly key: string
  /** Where it stands in the queue, which keeps it. */
  place: number
}

/** A binary heap: the first entry is at hand, and any entry can leave. No two entries have the same time and key. */
export class TimeQueue<T extends Timed> {
  readonly #heap: T[] = []

  /** The oldest entry; among those of one time that of the least key. */
  get first(): T | undefined {
    return this.#heap[0]
  }

  add(entry: T): void {
    this.#heap.push(entry)
    this.#rise(entry, this.#heap.length - 1)
  }

  remove({ place }: T): void {
    const last = this.#heap.pop()!
    if (place === this.#heap.length) return
    this.#rise(last, place)
    this.#sink(last, last.place)
  }

  #rise(entry: T, from: number): void {
    let place = from
    for (; place > 0; place = parentOf(place)) {
      const parent = this.#heap[parentOf(place)]!
      if (isBefore(parent, entry)) break
      this.#put(parent, place)
    }
    this.#put(entry, place)
  }

  #sink(entry: T, from: number): void {
    let place = from
    for (let child = this.#firstChild(place); child !== undefined; child = this.#firstChild(place)) {
      if (isBefore(entry, child)) break
      const next = child.place
      this.#put(child, place)
      place = next
    }
    this.#put(entry, place)
  }

  #firstChild(place: number): T | undefined {
    const [left, right] = [this.#heap[2 * place + 1], this.#heap[2 * place + 2]]
    return right !== undefined && isBefore(right, left!) ? right : left
  }

  #put(entry: T, place: number): void {
    this.#heap[place] = entry
    entry.place = place
  }
}

function parentOf(place: number): number {
  return (place - 1) >>> 1
}

function isBefore(left: Timed, right: Timed): boolean {
  return left.timeMs < right.timeMs || (left.timeMs === right.timeMs && left.key < right.key)
}
