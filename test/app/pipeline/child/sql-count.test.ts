import { test } from 'tap'
import { BankDatabase } from '../../../../app/adapters/sqlite/bank-database.ts'
import type { FromChild } from '../../../../app/pipeline/child/messages.ts'
import { countRegularly } from '../../../../app/pipeline/child/sql-count.ts'

test('SQL is counted, and balances come from COMPLETED transfers alone, exactly', async (t) => {
  using users = new DisposableStack()
  const open = (table: 'users' | 'transfers') => users.adopt(new BankDatabase(':memory:', table), (database) => database.close())
  const databases = { users: open('users'), transfers: open('transfers') }
  const insert = `insert into transfers (from_user_id, to_user_id, amount, status, created_at, last_updated_at) values (?, ?, ?, ?, '', '')`
  databases.transfers.run(insert, 1, 2, '9999999999999999.99', 'COMPLETED')
  databases.transfers.run(insert, 2, 3, '7.5', 'COMPLETED')
  databases.transfers.run(insert, 2, 3, '7', 'COMPLETED')
  databases.transfers.run(insert, 1, 3, '5.00', 'PENDING')
  const said: FromChild[] = []
  using _counting = countRegularly(databases, (message) => said.push(message))
  while (said.length === 0) await new Promise((resolve) => setImmediate(resolve))
  t.match(said, [{ type: 'sql', sql: { transfers: 4, users: 0, doubledKeys: 0 } }])
  const { balances } = said[0] as Extract<FromChild, { readonly type: 'sql' }>
  t.same(balances, [
    [1, '-999999999999999999'],
    [2, '999999999999998549'],
    [3, '1450'],
  ])
})
