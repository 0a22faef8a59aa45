import type { Proof } from '../../../contracts/feed.ts'
import type { IdLedger } from './id-ledger.ts'
import { KeyTable } from './key-table.ts'

const missingAfterMs = 10_000

/**
 * What SQL acknowledged, held against what came to this page.
 *
 * - *on the way*: acknowledged, and not seen yet.
 * - *missing*: on the way for more than 10 s of the time in which the pipeline was up. While it is down, the clock stands still.
 * - *keys twice*: one idempotency key acknowledged with two ids. A map by id could never tell.
 */
export class AckLedger {
  readonly #ids: IdLedger
  readonly #keys = new KeyTable()
  /** In the order of acknowledgement: the first is the oldest. */
  readonly #onTheWay = new Map<number, number>()
  #to = 0
  #keysTwice = 0

  constructor(ids: IdLedger) {
    this.#ids = ids
  }

  /** The number of the next acknowledgement: what `ledger=` asks for. */
  get to(): number {
    return this.#to
  }

  get keysTwice(): number {
    return this.#keysTwice
  }

  get onTheWay(): number {
    return this.#onTheWay.size
  }

  clear(): void {
    this.#keys.clear()
    this.#onTheWay.clear()
    this.#to = 0
    this.#keysTwice = 0
  }

  /** After a reconnection entries may come again: those below `to` are known. */
  add(proof: Proof, upMs: number): void {
    const fresh = Math.max(0, this.#to - proof.from)
    for (const [key, id] of proof.entries.slice(fresh)) {
      const before = this.#keys.put(key, id)
      if (before !== null && before !== id) this.#keysTwice++
      if (!this.#ids.has(id)) this.#onTheWay.set(id, upMs)
    }
    this.#to = Math.max(this.#to, proof.to)
  }

  seen(id: number): void {
    this.#onTheWay.delete(id)
  }

  missing(upMs: number): number {
    let count = 0
    for (const since of this.#onTheWay.values()) {
      if (upMs - since <= missingAfterMs) break
      count++
    }
    return count
  }

  /** The oldest that are missing, to show them. */
  *missingIds(upMs: number): Generator<number> {
    for (const [id, since] of this.#onTheWay) {
      if (upMs - since <= missingAfterMs) return
      yield id
    }
  }
}
