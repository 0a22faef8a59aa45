/** The rows with the highest ids, at most `max`, ascending. A row that falls out is still counted by the ledger of ids. */
export class SortedRows<R> {
  readonly #max: number
  readonly #byId = new Map<number, R>()
  readonly #ids: number[] = []

  constructor(max: number) {
    this.#max = max
  }

  /** Ascending. It changes with the rows: copy it to keep it. */
  get ids(): readonly number[] {
    return this.#ids
  }

  get(id: number): R | undefined {
    return this.#byId.get(id)
  }

  values(): Iterable<R> {
    return this.#byId.values()
  }

  clear(): void {
    this.#byId.clear()
    this.#ids.length = 0
  }

  put(id: number, row: R): void {
    if (!this.#byId.has(id) && !this.#makeRoom(id)) return
    this.#byId.set(id, row)
  }

  delete(id: number): void {
    if (this.#byId.delete(id)) this.#ids.splice(this.#indexOf(id), 1)
  }

  #makeRoom(id: number): boolean {
    if (this.#ids.length >= this.#max) {
      const lowest = this.#ids[0]!
      if (id < lowest) return false
      this.#ids.shift()
      this.#byId.delete(lowest)
    }
    this.#ids.splice(this.#indexOf(id), 0, id)
    return true
  }

  /** Where the id is, or belongs. New rows have high ids, so the search begins at the end. */
  #indexOf(id: number): number {
    let high = this.#ids.length
    if (high === 0 || this.#ids[high - 1]! < id) return high
    let low = 0
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#ids[middle]! < id) low = middle + 1
      else high = middle
    }
    return low
  }
}
