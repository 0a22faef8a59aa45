import type { DatabaseSync } from 'node:sqlite'
import type { Page, PageRequest } from '../platform/http/page.ts'
import { page } from '../platform/http/page.ts'
import { Problem, notFound } from '../platform/http/problem.ts'
import { checkAmount, checkParties, checkTransition, checkUserId, rule } from './rules.ts'
import type { Status } from './rules.ts'
import type { Users } from './users.ts'

export interface Transfer {
  readonly id: number
  readonly fromUserId: number
  readonly toUserId: number
  /** Exact: `"10.00"`. */
  readonly amount: string
  readonly status: Status
  readonly createdAt: string
  readonly lastUpdatedAt: string
}

export interface NewTransfer {
  readonly fromUserId?: unknown
  readonly toUserId?: unknown
  readonly amount?: unknown
}

const selected = `select id, from_user_id as fromUserId, to_user_id as toUserId, amount, status,
  created_at as createdAt, last_updated_at as lastUpdatedAt from transfers`

/** The transfers of the bank, and their rules. */
export class Transfers {
  readonly #database: DatabaseSync
  readonly #users: Users
  readonly #now: () => string

  constructor(database: DatabaseSync, users: Users, now: () => string) {
    this.#database = database
    this.#users = users
    this.#now = now
  }

  list(request: PageRequest): Page<Transfer> {
    return page<Transfer>(this.#database, { table: 'transfers', selected, request })
  }

  get(id: number): Transfer {
    const transfer = this.#database.prepare(`${selected} where id = ?`).get(id)
    if (transfer === undefined) throw notFound('transfer', id)
    return { ...transfer } as unknown as Transfer
  }

  /** The same `requestId` again gives the transfer that the first call made. */
  create(wanted: NewTransfer, requestId: string | null): Transfer {
    const fromUserId = checkUserId('fromUserId', wanted.fromUserId)
    const toUserId = checkUserId('toUserId', wanted.toUserId)
    const amount = checkAmount(wanted.amount)
    checkParties(fromUserId, toUserId)
    const made = requestId === null ? undefined : this.#madeBy(requestId)
    if (made !== undefined) return checkSame(made, { fromUserId, toUserId, amount })
    this.#checkUser('fromUserId', fromUserId)
    this.#checkUser('toUserId', toUserId)
    const now = this.#now()
    const insert = this.#database.prepare(
      'insert into transfers (from_user_id, to_user_id, amount, request_id, created_at, last_updated_at) values (?, ?, ?, ?, ?, ?)',
    )
    return this.get(Number(insert.run(fromUserId, toUserId, amount, requestId, now, now).lastInsertRowid))
  }

  change(id: number, wanted: { readonly status?: unknown; readonly amount?: unknown }): Transfer {
    const transfer = this.get(id)
    if (wanted.status === undefined && wanted.amount === undefined) throw rule('status', 'A change names status or amount.')
    const status = wanted.status === undefined ? transfer.status : checkTransition(transfer.status, wanted.status)
    const amount = wanted.amount === undefined ? transfer.amount : checkAmount(wanted.amount)
    const update = this.#database.prepare('update transfers set status = ?, amount = ?, last_updated_at = ? where id = ?')
    update.run(status, amount, this.#now(), id)
    return this.get(id)
  }

  delete(id: number): void {
    if (this.#database.prepare('delete from transfers where id = ?').run(id).changes === 0) throw notFound('transfer', id)
  }

  #madeBy(requestId: string): Transfer | undefined {
    const made = this.#database.prepare(`${selected} where request_id = ?`).get(requestId)
    return made === undefined ? undefined : ({ ...made } as unknown as Transfer)
  }

  #checkUser(field: string, id: number): void {
    if (!this.#users.has(id)) throw rule(field, `There is no user ${id}.`)
  }
}

/** An idempotency key stands for one request: another one under it is a mistake of the client. */
function checkSame(made: Transfer, wanted: Pick<Transfer, 'fromUserId' | 'toUserId' | 'amount'>): Transfer {
  const isSame = made.fromUserId === wanted.fromUserId && made.toUserId === wanted.toUserId
  if (isSame) return made
  throw new Problem(422, 'This Idempotency-Key was used for another transfer.', { 'Idempotency-Key': 'used before' })
}
