import type { BalanceRecord, Batch, DeadLetterRecord, FeedRecord, State, TransferRecord, UserRecord } from '../contracts/feed.ts'
import { IdSet } from './id-set.ts'

export type RowState = Pick<State, 'transfers' | 'transferCount' | 'transferIds' | 'users' | 'balances' | 'deadLetters'>

const transfersMax = 5000
const deadLettersMax = 200

/** The rows that a feed's records leave (alerts leave none): the newest transfers, the ids of all, users, balances, the newest dead letters. */
export class FeedRows {
  /** In order of their last change. To drop one for each new one would cost more than to drop many at times. */
  #transfers = new Map<string, TransferRecord>()
  readonly #ids = new IdSet()
  readonly #users = new Map<string, UserRecord>()
  readonly #balances = new Map<string, BalanceRecord>()
  #deadLetters: DeadLetterRecord[] = []

  static from(state: RowState): FeedRows {
    const rows = new FeedRows()
    for (const [first, last] of state.transferIds) rows.#ids.addRange(first, last)
    for (const record of [...state.users, ...state.balances, ...state.transfers.toReversed(), ...state.deadLetters.toReversed()])
      rows.#apply(record)
    return rows
  }

  apply({ records }: Pick<Batch, 'records'>): void {
    for (const record of records) this.#apply(record)
  }

  state(): RowState {
    return {
      transfers: [...this.#transfers.values()].slice(-transfersMax).reverse(),
      transferCount: this.#ids.size,
      transferIds: this.#ids.ranges(),
      users: [...this.#users.values()],
      balances: [...this.#balances.values()],
      deadLetters: this.#deadLetters.toReversed(),
    }
  }

  #apply(record: FeedRecord): void {
    if (record.kind === 'transfer') this.#applyTransfer(record)
    else if (record.kind === 'user') put(this.#users, record)
    else if (record.kind === 'balance') put(this.#balances, record)
    else if (record.kind === 'dead-letter') this.#addDeadLetter(record)
  }

  #applyTransfer(record: TransferRecord): void {
    const key = record.key ?? ''
    this.#transfers.delete(key)
    if (record.value === null) return this.#ids.delete(Number(key))
    this.#ids.add(Number(key))
    this.#transfers.set(key, record)
    if (this.#transfers.size >= 2 * transfersMax) this.#transfers = new Map([...this.#transfers].slice(-transfersMax))
  }

  #addDeadLetter(record: DeadLetterRecord): void {
    this.#deadLetters.push(record)
    if (this.#deadLetters.length > 2 * deadLettersMax) this.#deadLetters = this.#deadLetters.slice(-deadLettersMax)
  }
}

function put<Row extends UserRecord | BalanceRecord>(rows: Map<string, Row>, record: Row): void {
  if (record.value === null) rows.delete(record.key ?? '')
  else rows.set(record.key ?? '', record)
}
