import type { BalanceRecord } from '../../contracts/feed.ts'
import type { SqlBalances } from '../child/messages.ts'

/** Users whose balance in SQL is not that of the topic. While transfers are under way some are. */
export function balancesApart(sql: SqlBalances, topic: readonly BalanceRecord[]): number {
  const inTopic = new Map(topic.flatMap(({ value }) => (value === null ? [] : [[value.userId, centsOf(value.balance)]])))
  const inSql = new Map(sql.map(([userId, cents]) => [userId, BigInt(cents)]))
  const users = new Set([...inTopic.keys(), ...inSql.keys()])
  return [...users].filter((user) => (inTopic.get(user) ?? 0n) !== (inSql.get(user) ?? 0n)).length
}

/** `-1.20` is −120. */
function centsOf(balance: string): bigint {
  return BigInt(balance.replace('.', ''))
}
