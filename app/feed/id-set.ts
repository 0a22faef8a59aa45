const pageBits = 16
const pageSize = 1 << pageBits

/** A set of whole numbers from 0, as bits: a million in a row take 125 kB. */
export class IdSet {
  readonly #pages = new Map<number, Uint32Array>()
  #size = 0

  get size(): number {
    return this.#size
  }

  add(id: number): void {
    const page = this.#page(id)
    const [word, bit] = placeOf(id)
    if ((page[word]! & bit) !== 0) return
    page[word]! |= bit
    this.#size++
  }

  addRange(first: number, last: number): void {
    for (let id = first; id <= last; id++) this.add(id)
  }

  delete(id: number): void {
    const page = this.#pages.get(Math.floor(id / pageSize))
    const [word, bit] = placeOf(id)
    if (page === undefined || (page[word]! & bit) === 0) return
    page[word]! &= ~bit
    this.#size--
  }

  has(id: number): boolean {
    const page = this.#pages.get(Math.floor(id / pageSize))
    const [word, bit] = placeOf(id)
    return page !== undefined && (page[word]! & bit) !== 0
  }

  /** With both ends included, in order. */
  ranges(): (readonly [first: number, last: number])[] {
    const ranges: [number, number][] = []
    for (const id of this.#all()) {
      const last = ranges.at(-1)
      if (last?.[1] === id - 1) last[1] = id
      else ranges.push([id, id])
    }
    return ranges
  }

  *#all(): Generator<number> {
    for (const number of [...this.#pages.keys()].sort((left, right) => left - right)) {
      const page = this.#pages.get(number)!
      for (let index = 0; index < pageSize; index++)
        if ((page[index >>> 5]! & (1 << (index & 31))) !== 0) yield number * pageSize + index
    }
  }

  #page(id: number): Uint32Array {
    const number = Math.floor(id / pageSize)
    const page = this.#pages.get(number) ?? new Uint32Array(pageSize / 32)
    this.#pages.set(number, page)
    return page
  }
}

function placeOf(id: number): readonly [word: number, bit: number] {
  const index = id % pageSize
  return [index >>> 5, 1 << (index & 31)]
}
