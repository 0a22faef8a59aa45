/**
 * Numbers that the processors of a task keep by name, such as the window up to which they have emitted. They are committed with
 * the offsets of all partitions of the task (Java: `ProcessorMetadata`).
 */
export class ProcessorMetadata {
  readonly #values = new Map<string, number>()
  #isCommitNeeded = false

  get values(): ReadonlyMap<string, number> {
    return this.#values
  }

  /**
   * True if a number has changed since the last commit. The next commit then includes all partitions, also those without new
   * records.
   */
  get isCommitNeeded(): boolean {
    return this.#isCommitNeeded
  }

  get(key: string): number | undefined {
    return this.#values.get(key)
  }

  set(key: string, value: number): void {
    this.#values.set(key, value)
    this.#isCommitNeeded = true
  }

  /**
   * Merges the numbers that were committed with one partition. Values only grow, so of several partitions the greatest is the
   * newest.
   */
  merge(committed: ReadonlyMap<string, number>): void {
    for (const [key, value] of committed) this.#values.set(key, Math.max(value, this.#values.get(key) ?? value))
  }

  committed(): void {
    this.#isCommitNeeded = false
  }
}
