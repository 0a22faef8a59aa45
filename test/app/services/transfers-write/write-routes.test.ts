import t from 'tap'
import { openSqliteTransfers, openSqliteUsers } from '../../../../app/adapters/sqlite/sqlite-bank.ts'
import { serveBanks, writeRoutesSuite } from './write-routes-suite.ts'

function open() {
  const [users, transfers] = [openSqliteUsers(':memory:'), openSqliteTransfers(':memory:')]
  const count = async (table: 'transfers' | 'cdc_log'): Promise<number> =>
    transfers.database.one<{ n: number }>(`select count(*) as n from ${table}`)!.n
  const counts = { count: () => count('transfers'), events: () => count('cdc_log') }
  return { users: users.rows, transfers: transfers.rows, usersDatabase: users.database, ...counts }
}

t.test('the write APIs on SQLite', (t) => writeRoutesSuite(t, open))

t.test('each change is logged with the row before and after', async (t) => {
  const banks = open()
  const [{ call }, users] = [await serveBanks(banks), banks.usersDatabase]
  await call('PATCH', '/users/2', { name: 'Bruno Costa' })
  await call('DELETE', '/users/2')
  const rows = users.all<Record<string, unknown>>('select op, before_json, after_json from cdc_log order by seq')
  const names = (json: unknown): unknown => (json === null ? null : JSON.parse(json as string).name)
  t.same(
    rows.map((row) => [row['op'], names(row['before_json']), names(row['after_json'])]),
    [
      ['c', null, 'Amara'],
      ['c', null, 'Bruno'],
      ['c', null, 'Chidi'],
      ['u', 'Bruno', 'Bruno Costa'],
      ['d', 'Bruno Costa', null],
    ],
  )
})
