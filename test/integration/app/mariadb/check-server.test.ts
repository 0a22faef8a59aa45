import { createConnection } from 'mysql2/promise'
import t from 'tap'
import type { Test } from 'tap'
import type { MariadbAddress } from '../../../../app/adapters/mariadb/mariadb-address.ts'
import { MariadbChangeFeed } from '../../../../app/adapters/mariadb/mariadb-change-feed.ts'
import { newDatabase, ownMariadb } from '../../../servers/mariadb-for-tests.ts'

const told = { table: 'users', onStatement: () => {}, onAway: () => {} } as const

/** What a capture says that cannot start. */
async function refusal(t: Test, address: MariadbAddress): Promise<string> {
  try {
    const feed = await MariadbChangeFeed.open({ address, ...told })
    t.teardown(() => feed[Symbol.asyncDispose]())
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

t.test('what a server lacks is named, all of it at once, with what sets it right', async (t) => {
  const server = await ownMariadb(t)
  if (server === null) return
  const address = await newDatabase(server, 'users')
  const cdc = { ...address, user: 'cdc', password: 'cdc' }
  const sql = await createConnection({ ...address, multipleStatements: true })
  t.teardown(() => sql.destroy())

  t.equal(await refusal(t, cdc), '')
  await sql.query("set global binlog_format = 'MIXED', binlog_row_image = 'MINIMAL', binlog_row_metadata = 'NO_LOG'")
  await sql.query("create user poor@'127.0.0.1' identified by 'poor'; grant select on *.* to poor@'127.0.0.1'")
  const all = await refusal(t, { ...address, user: 'poor', password: 'poor' })
  for (const part of [
    `The log of mariadb://poor@127.0.0.1:${server.port}/${address.database} cannot be captured`,
    /binlog_format is MIXED, .*\(set it to ROW in the server's configuration\)/,
    /binlog_row_image is MINIMAL, .*\(set it to FULL/,
    /binlog_row_metadata is NO_LOG, .*\(set it to FULL/,
    'poor lacks REPLICATION SLAVE (grant replication slave on *.* to poor)',
    'poor lacks BINLOG MONITOR (grant binlog monitor on *.* to poor)',
  ])
    t.match(all, part)
  await sql.query("set global binlog_format = 'ROW', binlog_row_image = 'FULL', binlog_row_metadata = 'FULL'")

  t.match(
    await refusal(t, { ...cdc, password: 'wrong' }),
    /mariadb:\/\/cdc@127\.0\.0\.1:\d+\/bank_\d+ cannot be used: Access denied for user 'cdc'/,
  )
  t.notMatch(await refusal(t, { ...cdc, password: 'wrong secret' }), /secret/)
  t.match(await refusal(t, { ...cdc, database: 'none' }), "cannot be used: Unknown database 'none'")
  t.match(await refusal(t, { ...cdc, port: 1 }), 'cannot be used: connect ECONNREFUSED 127.0.0.1:1')
  await sql.query('delete from cdc_database')
  t.match(await refusal(t, cdc), 'cdc_database is empty: run the scripts of app/adapters/mariadb/init')
  await sql.query('drop table cdc_database')
  t.match(await refusal(t, cdc), 'has no table cdc_database: run the scripts of app/adapters/mariadb/init')
})

t.test('a server without a log', async (t) => {
  const server = await ownMariadb(t, { 'skip-log-bin': '1' })
  if (server === null) return
  const address = await newDatabase(server, 'users')
  t.match(
    await refusal(t, address),
    "log_bin is OFF, so that there is no log of changes (set it to ON in the server's configuration)",
  )
})

t.test('a log that the server has deleted meanwhile ends the capture, which says so', async (t) => {
  const server = await ownMariadb(t)
  if (server === null) return
  const address = await newDatabase(server, 'users')
  const sql = await createConnection({ ...address, multipleStatements: true })
  t.teardown(() => sql.destroy())
  const feed = await MariadbChangeFeed.open({ address, ...told })
  t.teardown(() => feed[Symbol.asyncDispose]())
  const begin = await feed.snapshot()
  await sql.query(
    "insert into users (name) values ('Amara'); flush binary logs; insert into users (name) values ('Bruno'); flush binary logs",
  )
  const [logs] = await sql.query('show binary logs')
  await sql.query(`purge binary logs to '${(logs as { Log_name: string }[]).at(-1)!.Log_name}'`)
  const ask = async (): Promise<void> => {
    for (let tries = 0; tries < 200; tries++) {
      await feed.after(begin, 10)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  await t.rejects(ask(), /The server no longer has the part of its log that is read next, so that changes are missing/)
})
