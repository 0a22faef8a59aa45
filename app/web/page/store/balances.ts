import type { BalanceRecord } from '../../../contracts/feed.ts'
import { scaled, unscaled } from '../words/numbers.ts'

export interface Sum {
  /** Σ of the newest balances now. */
  readonly now: string
  /** When Σ was last 0, wall clock; null if it never was. */
  readonly zeroAt: number | null
  readonly isZero: boolean
}

/**
 * Balances per user, and their sum. Two tasks apply the two sides of a transfer, so the sum of any instant is not 0: what is missing is
 * on the way.
 */
export class Balances {
  readonly #records = new Map<number, BalanceRecord>()
  #sum = 0n
  #zeroAt: number | null = null
  #changedAt = 0

  clear(): void {
    this.#records.clear()
    this.#sum = 0n
    this.#zeroAt = null
  }

  put(record: BalanceRecord, now: number): void {
    const id = Number(record.value?.userId ?? record.key)
    this.#sum += cents(record) - cents(this.#records.get(id))
    if (record.value === null) this.#records.delete(id)
    else this.#records.set(id, record)
    this.#changedAt = now
  }

  /** Said once a batch, when all of its records are in. */
  settle(now: number): void {
    if (this.#sum === 0n && this.#records.size > 0) this.#zeroAt = now
  }

  of(userId: number): BalanceRecord | undefined {
    return this.#records.get(userId)
  }

  values(): Iterable<BalanceRecord> {
    return this.#records.values()
  }

  /** Users that have a balance. */
  get count(): number {
    return this.#records.size
  }

  /** Ms without any posting. */
  quietMs(now: number): number {
    return now - this.#changedAt
  }

  get sum(): Sum {
    return { now: scaled(this.#sum), zeroAt: this.#zeroAt, isZero: this.#sum === 0n }
  }
}

function cents(record: BalanceRecord | undefined): bigint {
  return unscaled(record?.value?.balance ?? '0')
}
