import type { Pipeline } from '../pipeline.ts'
import type { FromChild, SqlBalances } from './messages.ts'

type Databases = Pick<Pipeline, 'users' | 'transfers'>

const everyMs = 1000
/** Counting takes at most this share of the time. */
const shareMax = 0.02

/** Hundredths of an amount; direct SQL may write 7.5 or 7. */
const cents = `case when amount glob '*.[0-9][0-9]' then cast(replace(amount, '.', '') as integer)
  when amount glob '*.[0-9]' then 10 * cast(replace(amount, '.', '') as integer) else 100 * cast(amount as integer) end`

const balancesSql = `select user, cast(sum(cents) as text) as cents from (
  select to_user_id as user, ${cents} as cents from transfers where status = 'COMPLETED'
  union all select from_user_id, -(${cents}) from transfers where status = 'COMPLETED') group by user`

/** What SQL holds now. */
function countSql({ users, transfers }: Databases): Extract<FromChild, { readonly type: 'sql' }>['sql'] {
  const number = (row: { readonly n: number } | undefined): number => row?.n ?? 0
  return {
    at: Date.now(),
    transfers: number(transfers.one('select count(*) as n from transfers')),
    users: number(users.one('select count(*) as n from users')),
    doubledKeys: number(transfers.one('select count(request_id) - count(distinct request_id) as n from transfers')),
  }
}

function balancesOf({ transfers }: Databases): SqlBalances {
  return transfers.all<{ user: number; cents: string }>(balancesSql).map((row) => [row.user, row.cents])
}

/** Counts once a second, less often where that takes long. */
export function countRegularly(databases: Databases, say: (message: FromChild) => void): Disposable {
  let timer: NodeJS.Timeout
  const count = (): void => {
    const startMs = performance.now()
    say({ type: 'sql', sql: countSql(databases), balances: balancesOf(databases) })
    timer = setTimeout(count, Math.max(everyMs, (performance.now() - startMs) / shareMax))
  }
  count()
  return { [Symbol.dispose]: () => clearTimeout(timer) }
}
