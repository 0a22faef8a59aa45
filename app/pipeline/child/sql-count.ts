import type { BankSql } from '../../bank/bank-sql.ts'
import type { Pipeline } from '../pipeline.ts'
import type { FromChild, SqlBalances } from './messages.ts'

type Databases = Pick<Pipeline, 'users' | 'transfers'>

const everyMs = 1000
/** Counting takes at most this share of the time. */
const shareMax = 0.02

const balancesSql = (cents: string): string => `select user, cast(sum(cents) as char) as cents from (
  select to_user_id as user, ${cents} as cents from transfers where status = 'COMPLETED'
  union all select from_user_id, -(${cents}) from transfers where status = 'COMPLETED') as moved group by user order by user`

/** What SQL holds now. */
async function countSql({ users, transfers }: Databases): Promise<Extract<FromChild, { readonly type: 'sql' }>['sql']> {
  const number = async (sql: BankSql, query: string): Promise<number> => Number((await sql.one<{ n: number }>(query))?.n ?? 0)
  return {
    at: Date.now(),
    transfers: await number(transfers, 'select count(*) as n from transfers'),
    users: await number(users, 'select count(*) as n from users'),
    doubledKeys: await number(transfers, 'select count(request_id) - count(distinct request_id) as n from transfers'),
  }
}

async function balancesOf({ transfers }: Databases): Promise<SqlBalances> {
  const rows = await transfers.all<{ user: number; cents: string }>(balancesSql(transfers.cents))
  return rows.map((row) => [row.user, row.cents])
}

/** Counts once a second, less often where that takes long. A database that does not answer is asked again. */
export function countRegularly(databases: Databases, say: (message: FromChild) => void): Disposable {
  let timer: NodeJS.Timeout | undefined
  let isOver = false
  const count = async (): Promise<void> => {
    const startMs = performance.now()
    try {
      say({ type: 'sql', sql: await countSql(databases), balances: await balancesOf(databases) })
    } catch {
      // Whoever reads the numbers sees how old they are.
    }
    if (!isOver) timer = setTimeout(() => void count(), Math.max(everyMs, (performance.now() - startMs) / shareMax))
  }
  void count()
  return {
    [Symbol.dispose]() {
      isOver = true
      clearTimeout(timer)
    },
  }
}
