/** Numbers in the order in which they came, without an object for any of them. */
export class IntList {
  #numbers = new Int32Array(64)
  #length = 0

  get length(): number {
    return this.#length
  }

  push(number: number): void {
    if (this.#length === this.#numbers.length) this.#double()
    this.#numbers[this.#length++] = number
  }

  at(index: number): number {
    return this.#numbers[index]!
  }

  /** A copy of the numbers. */
  toArray(): Int32Array<ArrayBuffer> {
    return this.#numbers.slice(0, this.#length)
  }

  /** Forgets the numbers, and the memory of many. */
  clear(): void {
    this.#length = 0
    if (this.#numbers.length > 4096) this.#numbers = new Int32Array(64)
  }

  #double(): void {
    const numbers = new Int32Array(2 * this.#numbers.length)
    numbers.set(this.#numbers)
    this.#numbers = numbers
  }
}
