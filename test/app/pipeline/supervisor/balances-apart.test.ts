import { test } from 'tap'
import type { BalanceRecord } from '../../../../app/contracts/feed.ts'
import { balancesApart } from '../../../../app/pipeline/supervisor/balances-apart.ts'

const common = {
  kind: 'balance',
  topic: 'b',
  p: 0,
  o: 0,
  op: null,
  cause: null,
  ts: 0,
  seen: 0,
  bytes: 0,
  schemaId: null,
} as const

const inTopic = (userId: number, balance: string): BalanceRecord => ({
  ...common,
  key: String(userId),
  value: { userId, balance },
})

test('balances are compared exactly, also beyond what a number holds', async (t) => {
  const topic = [inTopic(1, '-9999999999999999.99'), inTopic(2, '0.50'), inTopic(3, '-0.50'), inTopic(4, '0.00')]
  const sql = [
    [1, '-999999999999999999'],
    [2, '50'],
    [3, '-50'],
  ] as const
  t.equal(balancesApart(sql, topic), 0)
  t.equal(balancesApart([[1, '-999999999999999998'], ...sql.slice(1)], topic), 1)
})

test('a user whom only one side knows is apart, unless he has nothing', async (t) => {
  t.equal(balancesApart([[1, '0']], []), 0)
  t.equal(balancesApart([[1, '5']], []), 1)
  t.equal(balancesApart([], [inTopic(1, '0.05')]), 1)
})
