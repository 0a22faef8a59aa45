/** Numbers with the epochs that they came in, first in, first out. */
export class IntQueue {
  #pairs = new Int32Array(64)
  #first = 0
  #end = 0

  /** The epoch of the first number; Infinity if there is none. */
  get epoch(): number {
    return this.#first === this.#end ? Infinity : this.#pairs[this.#first + 1]!
  }

  push(id: number, epoch: number): void {
    if (this.#end === this.#pairs.length) this.#makeRoom()
    this.#pairs[this.#end++] = id
    this.#pairs[this.#end++] = epoch
  }

  /** Takes the first number, which is there. */
  shift(): number {
    const id = this.#pairs[this.#first]!
    this.#first += 2
    return id
  }

  /** Gives each number another epoch. */
  renumber(numbered: (epoch: number) => number): void {
    for (let at = this.#first + 1; at < this.#end; at += 2) this.#pairs[at] = numbered(this.#pairs[at]!)
  }

  /** Moves the pairs to the beginning; into twice the memory if more than half of it is in use. */
  #makeRoom(): void {
    const pairs = this.#pairs.subarray(this.#first, this.#end)
    const target = pairs.length * 2 > this.#pairs.length ? new Int32Array(this.#pairs.length * 2) : this.#pairs
    target.set(pairs)
    this.#pairs = target
    this.#end -= this.#first
    this.#first = 0
  }
}
