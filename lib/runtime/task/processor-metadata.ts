/**
 * Numbers that a task's processors keep by name, and that are committed with the offsets of all its partitions: how far they have
 * emitted (Java: `ProcessorMetadata`).
 */
export class ProcessorMetadata {
  readonly #values = new Map<string, number>()
  #isCommitNeeded = false

  get values(): ReadonlyMap<string, number> {
    return this.#values
  }

  /** Whether something was set since the last commit: then every partition is committed, also one without new records. */
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

  /** Takes what was committed with one partition. Partitions are not committed all at once: the greatest value is the newest. */
  merge(committed: ReadonlyMap<string, number>): void {
    for (const [key, value] of committed) this.#values.set(key, Math.max(value, this.#values.get(key) ?? value))
  }

  committed(): void {
    this.#isCommitNeeded = false
  }
}
