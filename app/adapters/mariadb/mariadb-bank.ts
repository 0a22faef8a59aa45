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
import { MariadbDatabase, codeOf } from './mariadb-database.ts'
import type { Session } from './mariadb-database.ts'
import type { MariadbAddress } from './mariadb-address.ts'
import { MariadbRows } from './mariadb-rows.ts'
import { sqlTime } from './times.ts'

const times = { createdAt: 'created_at', lastUpdatedAt: 'last_updated_at' } as const

interface OpenRows<R> {
  readonly rows: R
  readonly database: MariadbDatabase
}

export async function openMariadbUsers(address: MariadbAddress): Promise<OpenRows<UserRows>> {
  const database = await MariadbDatabase.open(address, ['users'])
  return { database, rows: new MariadbRows<User, NewUser>(database, 'users', { name: 'name', ...times }) }
}

export async function openMariadbTransfers(address: MariadbAddress): Promise<OpenRows<TransferRows>> {
  const database = await MariadbDatabase.open(address, ['transfers', 'requests'])
  return { database, rows: new MariadbTransfers(database) }
}

class MariadbTransfers extends MariadbRows<Transfer, NewTransfer> implements TransferRows {
  constructor(database: MariadbDatabase) {
    const columns = { fromUserId: 'from_user_id', toUserId: 'to_user_id', amount: 'amount', status: 'status', ...times }
    super(database, 'transfers', columns)
  }

  async madeBy(requestId: string): Promise<MadeTransfer | undefined> {
    const sql = 'select fingerprint, transfer_id as transferId from requests where id = ?'
    const request = await this.database.one<{ fingerprint: string; transferId: number }>(sql, [requestId])
    return request && { fingerprint: request.fingerprint, transfer: await this.get(request.transferId) }
  }

  /** The row of the request comes first: whoever has the same request waits for it, and finds the transfer behind it. */
  async insertOnce(row: NewTransfer, { id, fingerprint }: Request): Promise<MadeTransfer> {
    try {
      return await this.database.transact(async (session) => {
        await session.run('insert into requests (id, fingerprint, transfer_id) values (?, ?, 0)', [id, fingerprint])
        const transfer = await this.add(session, row, { request_id: id })
        await session.run('update requests set transfer_id = ? where id = ?', [transfer.id, id])
        return { fingerprint, transfer }
      })
    } catch (error) {
      const made = codeOf(error) === 'ER_DUP_ENTRY' ? await this.madeBy(id) : undefined
      if (made === undefined) throw error
      return made
    }
  }

  settle(decisions: readonly Settlement[], now: string): Promise<number> {
    // Of several decisions on a transfer the first counts.
    const first = new Map(decisions.toReversed().map(({ transferId, status }) => [transferId, status]))
    const ids = Map.groupBy(first.keys(), (id) => first.get(id)!)
    return this.database.transact(async (session) => {
      let settled = 0
      for (const [status, ofStatus] of ids) settled += await settleAll(session, status, { ids: ofStatus, now })
      return settled
    })
  }
}

interface Decided {
  readonly ids: readonly number[]
  readonly now: string
}

async function settleAll(session: Session, status: string, { ids, now }: Decided): Promise<number> {
  const sql = `update transfers set status = ?, last_updated_at = ? where id in (?) and status = 'PENDING'`
  return (await session.run(sql, [status, sqlTime(now), ids])).changes
}
