import type { SqlCount } from '../../contracts/feed.ts'
import type { Pipeline } from '../pipeline.ts'
import type { FromChild } from './messages.ts'

type Databases = Pick<Pipeline, 'users' | 'transfers'>

const everyMs = 1000
/** Counting takes at most this share of the time. */
const shareMax = 0.02

/** What SQL holds now. */
function countSql({ users, transfers }: Databases): SqlCount {
  const number = (row: { readonly n: number } | undefined): number => row?.n ?? 0
  return {
    at: Date.now(),
    transfers: number(transfers.one('select count(*) as n from transfers')),
    users: number(users.one('select count(*) as n from users')),
    balancesApart: null,
    doubledKeys: number(transfers.one('select count(request_id) - count(distinct request_id) as n from transfers')),
  }
}

/** Counts once a second, less often where that takes long. */
export function countRegularly(databases: Databases, say: (message: FromChild) => void): Disposable {
  let timer: NodeJS.Timeout
  const count = (): void => {
    const startMs = performance.now()
    say({ type: 'sql', sql: countSql(databases) })
    timer = setTimeout(count, Math.max(everyMs, (performance.now() - startMs) / shareMax))
  }
  count()
  return { [Symbol.dispose]: () => clearTimeout(timer) }
}
