import type {
  MadeTransfer,
  NewTransfer,
  NewUser,
  Request,
  Settlement,
  Transfer,
  TransferRows,
  User,
  UserRows,
} from '../../bank/ports.ts'
import { BankDatabase } from './bank-database.ts'
import { SqliteRows } from './sqlite-rows.ts'

const times = { createdAt: 'created_at', lastUpdatedAt: 'last_updated_at' } as const

export function openSqliteUsers(path: string): { readonly database: BankDatabase; readonly rows: UserRows } {
  const database = new BankDatabase(path, 'users')
  return { database, rows: new SqliteRows<User, NewUser>(database, 'users', { name: 'name', ...times }) }
}

export function openSqliteTransfers(path: string): { readonly database: BankDatabase; readonly rows: TransferRows } {
  const database = new BankDatabase(path, 'transfers')
  return { database, rows: new SqliteTransfers(database) }
}

class SqliteTransfers extends SqliteRows<Transfer, NewTransfer> implements TransferRows {
  constructor(database: BankDatabase) {
    const columns = { fromUserId: 'from_user_id', toUserId: 'to_user_id', amount: 'amount', status: 'status', ...times }
    super(database, 'transfers', columns)
  }

  async madeBy(requestId: string): Promise<MadeTransfer | undefined> {
    return this.#made(requestId)
  }

  async insertOnce(row: NewTransfer, { id, fingerprint }: Request): Promise<MadeTransfer> {
    return this.writes.run(() => {
      const made = this.#made(id)
      if (made !== undefined) return made
      const transfer = this.add(row, { request_id: id })
      this.database.run('insert into requests (id, fingerprint, transfer_id) values (?, ?, ?)', id, fingerprint, transfer.id)
      return { fingerprint, transfer }
    })
  }

  async settle(decisions: readonly Settlement[], now: string): Promise<number> {
    const sql = `update transfers set status = ?, last_updated_at = ? where id = ? and status = 'PENDING'`
    const set = ({ transferId, status }: Settlement): number => this.database.run(sql, status, now, transferId).changes
    return this.writes.run(() => decisions.reduce((sum, decision) => sum + set(decision), 0))
  }

  #made(requestId: string): MadeTransfer | undefined {
    const sql = 'select fingerprint, transfer_id as transferId from requests where id = ?'
    const request = this.database.one<{ fingerprint: string; transferId: number }>(sql, requestId)
    return request && { fingerprint: request.fingerprint, transfer: this.find(request.transferId) }
  }
}
