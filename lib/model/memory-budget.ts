/**
 * The bytes that an application may hold in memory. One object goes to all who hold some: record caches, stores, fetched records,
 * output. Each of them says how much that is when it is asked. Whoever brings more in asks before.
 */
export class MemoryBudget {
  /** Infinity: there is no limit. */
  readonly maxBytes: number
  readonly #holders = new Map<string, () => number>()

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes
  }

  /** Adds a holder. `what` names it in messages, as in `record caches`. A later holder of this name takes its place. */
  add(what: string, heldBytes: () => number): void {
    this.#holders.set(what, heldBytes)
  }

  /** What each holder holds, in bytes. */
  get held(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#holders].map(([what, heldBytes]) => [what, heldBytes()]))
  }

  get heldBytes(): number {
    let bytes = 0
    for (const heldBytes of this.#holders.values()) bytes += heldBytes()
    return bytes
  }

  /** True if nothing more may be brought in. */
  get isSpent(): boolean {
    return this.maxBytes < Infinity && this.heldBytes >= this.maxBytes
  }
}
