import t from 'tap'
import { openMariadbTransfers, openMariadbUsers } from '../../../../app/adapters/mariadb/mariadb-bank.ts'
import { transferRowsSuite, userRowsSuite } from '../../../app/adapters/bank-rows-suite.ts'
import { writeRoutesSuite } from '../../../app/services/transfers-write/write-routes-suite.ts'
import { newDatabase, ownMariadb } from '../../../servers/mariadb-for-tests.ts'

const server = await ownMariadb(t)
if (server !== null) {
  await t.test('users on MariaDB', (t) =>
    userRowsSuite(t, async () => {
      const { rows, database } = await openMariadbUsers(await newDatabase(server, 'users'))
      t.teardown(() => database.close())
      return rows
    }),
  )
  await t.test('transfers on MariaDB', (t) =>
    transferRowsSuite(t, async () => {
      const { rows, database } = await openMariadbTransfers(await newDatabase(server, 'transfers'))
      t.teardown(() => database.close())
      return rows
    }),
  )
  await t.test('the write APIs on MariaDB', (t) =>
    writeRoutesSuite(t, async () => {
      const users = await openMariadbUsers(await newDatabase(server, 'users'))
      const transfers = await openMariadbTransfers(await newDatabase(server, 'transfers'))
      for (const { database } of [users, transfers]) t.teardown(() => database.close())
      const number = async (sql: string): Promise<number> => Number((await transfers.database.one<{ n: unknown }>(sql))!.n)
      return {
        users: users.rows,
        transfers: transfers.rows,
        count: () => number('select count(*) as n from transfers'),
        // A transaction is one more number in the log's position: domain-server-number.
        events: () => number(`select substring_index(@@gtid_binlog_pos, '-', -1) as n`),
      }
    }),
  )
}
