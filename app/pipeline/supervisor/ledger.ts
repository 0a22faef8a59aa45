import type { EpochMs, LedgerEntry, Proof, SqlCount } from '../../contracts/feed.ts'

const keptMax = 100_000

/** What was acknowledged: each 201 with its key, in order. The newest entries are kept, all are counted. */
export class Ledger {
  #entries: LedgerEntry[] = []
  /** The number of the first that is kept. */
  #first = 0
  #downMs = 0
  #downSince: EpochMs | null = null
  sql: SqlCount | null = null

  get count(): number {
    return this.#first + this.#entries.length
  }

  add(key: string, id: number): void {
    this.#entries.push([key, id, Date.now()])
    if (this.#entries.length < keptMax * 1.1) return
    const dropped = this.#entries.length - keptMax
    this.#entries = this.#entries.slice(dropped)
    this.#first += dropped
  }

  /** The time in which the child is down does not count against it. */
  setDown(isDown: boolean): void {
    if (isDown) this.#downSince ??= Date.now()
    else if (this.#downSince !== null) {
      this.#downMs += Date.now() - this.#downSince
      this.#downSince = null
    }
  }

  /** What was acknowledged since `from`, or since the oldest that is kept. */
  proof(from: number): Proof {
    const start = Math.min(Math.max(from, this.#first), this.count)
    const entries = this.#entries.slice(start - this.#first)
    const down = this.#downSince === null ? 0 : Date.now() - this.#downSince
    return { from: start, to: this.count, entries, sql: this.sql, downMs: this.#downMs + down }
  }
}
