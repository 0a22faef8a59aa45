import type { PageRequest, Slice } from '../platform/http/page.ts'
import type { Status } from './rules.ts'

export interface User {
  readonly id: number
  readonly name: string
  readonly createdAt: string
  readonly lastUpdatedAt: string
}

export interface Transfer {
  readonly id: number
  readonly fromUserId: number
  readonly toUserId: number
  /** Exact, with two decimals: `"10.00"`. */
  readonly amount: string
  readonly status: Status
  readonly createdAt: string
  readonly lastUpdatedAt: string
}

/** Which rows a list is of. All that are given must hold. */
export interface RowFilter {
  readonly ids?: readonly number[] | undefined
  /** Rows behind this one. */
  readonly afterId?: number | undefined
}

/** Rows by id in a database. Each call is a transaction of its own; what a callback throws rolls it back. */
export interface Rows<T, N> {
  list(page: PageRequest, filter?: RowFilter): Promise<Slice<T>>
  get(id: number): Promise<T | undefined>
  insert(row: N): Promise<T>
  /** `change` sees the row that is there, and nothing comes between. Undefined: there is no such row. */
  update(id: number, change: (current: T) => T): Promise<T | undefined>
  /** `check` sees the row that goes. Resolves with whether there was one. */
  delete(id: number, check: (current: T) => void): Promise<boolean>
}

export type NewUser = Omit<User, 'id'>
export type UserRows = Rows<User, NewUser>

/** A request that must not be carried out twice. */
export interface Request {
  /** The client's Idempotency-Key. */
  readonly id: string
  /** What the request wants: the same key with another fingerprint is a mistake of the client. */
  readonly fingerprint: string
}

export type NewTransfer = Omit<Transfer, 'id'>

/** What a request came to: the transfer that it made, now or earlier, and with which fingerprint. */
export interface MadeTransfer {
  readonly fingerprint: string
  /** Undefined: it was made, and deleted since. */
  readonly transfer: Transfer | undefined
}

/** A decision on a transfer. */
export interface Settlement {
  readonly transferId: number
  readonly status: 'COMPLETED' | 'FAILED'
}

export interface TransferRows extends Rows<Transfer, NewTransfer> {
  /** What a request came to; undefined: nothing yet. */
  madeBy(requestId: string): Promise<MadeTransfer | undefined>
  /** Inserts the row, and remembers by which request, in one transaction; or gives what the request has made before. */
  insertOnce(row: NewTransfer, request: Request): Promise<MadeTransfer>
  /** Sets the status of those that are PENDING; all others are left as they are. Resolves with how many were set. */
  settle(decisions: readonly Settlement[], now: string): Promise<number>
}

/** Knows which users there are, somewhat later than their database. */
export interface UserDirectory {
  /** Waits a while for a user who is not known yet. Throws a 503 while the directory is being filled. */
  has(id: number): Promise<boolean>
}
