import { hash } from 'node:crypto'
import { checkIfMatch } from '../platform/http/etag.ts'
import type { PageRequest, Slice } from '../platform/http/page.ts'
import { Problem, notFound } from '../platform/http/problem.ts'
import type { MadeTransfer, Settlement, Transfer, TransferRows, UserDirectory } from './ports.ts'
import { checkAmount, checkAmendable, checkParties, checkTransition, rule } from './rules.ts'
import type { Status } from './rules.ts'

/** What a client asks for. */
export interface WantedTransfer {
  readonly fromUserId: number
  readonly toUserId: number
  readonly amount: string
}

export interface WantedChange {
  readonly status?: Status
  readonly amount?: string
}

/** The transfers of the bank, and their rules. `now` gives ISO times. */
export class Transfers {
  readonly #rows: TransferRows
  readonly #users: UserDirectory
  readonly #now: () => string

  constructor(rows: TransferRows, users: UserDirectory, now: () => string) {
    this.#rows = rows
    this.#users = users
    this.#now = now
  }

  list(request: PageRequest): Promise<Slice<Transfer>> {
    return this.#rows.list(request)
  }

  async get(id: number): Promise<Transfer> {
    return found(id, await this.#rows.get(id))
  }

  /** The same `requestId` again gives the transfer that the first call made, and asks nothing more of it. */
  async create({ fromUserId, toUserId, amount: text }: WantedTransfer, requestId: string | undefined): Promise<Transfer> {
    const amount = checkAmount(text)
    checkParties(fromUserId, toUserId)
    const fingerprint = fingerprintOf({ fromUserId, toUserId, amount })
    const made = requestId === undefined ? undefined : await this.#rows.madeBy(requestId)
    if (made !== undefined) return checkSame(made, fingerprint)
    await this.#checkUsers({ fromUserId, toUserId })
    const now = this.#now()
    const row = { fromUserId, toUserId, amount, status: 'PENDING', createdAt: now, lastUpdatedAt: now } as const
    if (requestId === undefined) return this.#rows.insert(row)
    return checkSame(await this.#rows.insertOnce(row, { id: requestId, fingerprint }), fingerprint)
  }

  async change(id: number, wanted: WantedChange, ifMatch: string | undefined): Promise<Transfer> {
    if (wanted.status === undefined && wanted.amount === undefined) throw rule('status', 'A change names status or amount.')
    const changed = await this.#rows.update(id, (current) => {
      checkIfMatch(ifMatch, current)
      return { ...changedTransfer(current, wanted), lastUpdatedAt: this.#now() }
    })
    return found(id, changed)
  }

  async delete(id: number, ifMatch: string | undefined): Promise<void> {
    if (!(await this.#rows.delete(id, (current) => checkIfMatch(ifMatch, current)))) throw notFound('transfer', id)
  }

  /** Decisions may come again, and late: only a transfer that is PENDING takes one. Resolves with how many were taken. */
  settle(decisions: readonly Settlement[]): Promise<number> {
    return this.#rows.settle(decisions, this.#now())
  }

  async #checkUsers(ids: Readonly<Record<'fromUserId' | 'toUserId', number>>): Promise<void> {
    const fields = ['fromUserId', 'toUserId'] as const
    const known = await Promise.all(fields.map((field) => this.#users.has(ids[field])))
    const unknown = fields.filter((_, index) => !known[index])
    if (unknown.length === 0) return
    const errors = Object.fromEntries(unknown.map((field) => [field, `There is no user ${ids[field]}.`]))
    throw new Problem(422, Object.values(errors).join(' '), errors)
  }
}

function changedTransfer(current: Transfer, wanted: WantedChange): Transfer {
  const amount = wanted.amount === undefined ? current.amount : checkAmount(wanted.amount)
  if (wanted.amount !== undefined) checkAmendable(current.status)
  const status = wanted.status === undefined ? current.status : checkTransition(current.status, wanted.status)
  return { ...current, amount, status }
}

function fingerprintOf({ fromUserId, toUserId, amount }: WantedTransfer): string {
  return hash('sha256', `${fromUserId} ${toUserId} ${amount}`, 'base64url')
}

/** An idempotency key stands for one request: another one under it is a mistake of the client. */
function checkSame({ transfer, fingerprint }: MadeTransfer, wanted: string): Transfer {
  const used = { 'Idempotency-Key': 'It was used before.' }
  if (fingerprint !== wanted)
    throw new Problem(422, 'This Idempotency-Key was used for another transfer. Nothing was written.', used)
  if (transfer === undefined) throw new Problem(410, 'The transfer that this Idempotency-Key made was deleted.', used)
  return transfer
}

function found(id: number, transfer: Transfer | undefined): Transfer {
  if (transfer === undefined) throw notFound('transfer', id)
  return transfer
}
