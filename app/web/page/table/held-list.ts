/**
 * The ids that a table shows, newest first. While somebody reads — the table is scrolled, focused, or text is being selected — the list is
 * held: nothing shifts under the eyes, and what is newer is counted.
 */
export class HeldList {
  #shown: readonly number[] = []
  #newest = -Infinity
  #isHeld = false
  #newer = 0

  get ids(): readonly number[] {
    return this.#shown
  }

  get newer(): number {
    return this.#newer
  }

  get isHeld(): boolean {
    return this.#isHeld
  }

  /** An empty list has nothing that could shift, and is not held. */
  hold(): void {
    const [newest] = this.#shown
    if (this.#isHeld || newest === undefined) return
    this.#isHeld = true
    this.#newest = newest
  }

  release(): void {
    this.#isHeld = false
    this.#newer = 0
  }

  /** @param ids all that could be shown, ascending */
  offer(ids: readonly number[]): void {
    if (!this.#isHeld) this.#shown = ids.toReversed()
    else this.#newer = countAbove(ids, this.#newest)
  }

  /** Another list altogether: other filters. */
  replace(ids: readonly number[]): void {
    this.release()
    this.offer(ids)
  }
}

function countAbove(ids: readonly number[], id: number): number {
  let low = 0
  let high = ids.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ids[middle]! <= id) low = middle + 1
    else high = middle
  }
  return ids.length - low
}
