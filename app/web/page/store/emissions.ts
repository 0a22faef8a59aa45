import type { TransferRecord } from '../../../contracts/feed.ts'

const causesMax = 100

/** What one change of a user led to in the enriched topic. */
export interface Emission {
  /** Records whose row has the user. */
  readonly mine: number
  /** Records whose row lacks the user: a correct join emits none. */
  readonly others: number
}

/** Counts enriched records by the change of a user that caused them. `database.users:position` is such a cause. */
export class Emissions {
  /** cause → all, and per user of the rows. The oldest cause is first. */
  readonly #byCause = new Map<string, { total: number; readonly users: Map<number, number> }>()

  clear(): void {
    this.#byCause.clear()
  }

  add({ cause, value }: TransferRecord): void {
    if (cause === null || value === null || !isOfUsers(cause)) return
    const counts = this.#open(cause)
    counts.total++
    for (const user of new Set([value.fromUserId, value.toUserId])) counts.users.set(user, (counts.users.get(user) ?? 0) + 1)
  }

  of(cause: string, userId: number): Emission {
    const counts = this.#byCause.get(cause)
    const mine = counts?.users.get(userId) ?? 0
    return { mine, others: (counts?.total ?? 0) - mine }
  }

  #open(cause: string): { total: number; readonly users: Map<number, number> } {
    const known = this.#byCause.get(cause)
    if (known !== undefined) return known
    const [oldest] = this.#byCause.keys()
    if (this.#byCause.size >= causesMax && oldest !== undefined) this.#byCause.delete(oldest)
    const counts = { total: 0, users: new Map<number, number>() }
    this.#byCause.set(cause, counts)
    return counts
  }
}

function isOfUsers(cause: string): boolean {
  return /(^|\.)users:/.test(cause)
}
