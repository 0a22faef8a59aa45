import type { Test } from 'tap'
import { createConnection } from 'mysql2/promise'
import { createTables } from '../../app/adapters/mariadb/create-tables.ts'
import type { MariadbAddress } from '../../app/adapters/mariadb/mariadb-address.ts'
import { mariadbUnavailable, startMariadb } from './mariadb.ts'
import type { MariadbServer } from './mariadb.ts'

/** A server that ends with the test. Null where none can be started: the test then ends, skipped; in CI it fails. */
export async function ownMariadb(t: Test, settings: Readonly<Record<string, string>> = {}): Promise<MariadbServer | null> {
  const reason = mariadbUnavailable()
  if (reason !== null) {
    const message = `No real MariaDB here: ${reason}.`
    console.error(`SKIPPED ${t.name}: ${message}`)
    if (process.env['CI'] === undefined) t.pass(message, { skip: message })
    else t.fail(message)
    return null
  }
  const server = await startMariadb(settings)
  t.teardown(() => server.stop())
  return server
}

let made = 0

/** A new database on the server with the table. Its address is that of `root`, who may do all. */
export async function newDatabase({ host, port }: MariadbServer, table: 'users' | 'transfers'): Promise<MariadbAddress> {
  const address = { host, port, user: 'root', password: '', database: `bank_${++made}` }
  const connection = await createConnection({ ...address, database: 'mysql' })
  await connection.query(`create database ${address.database}`)
  await connection.end()
  await createTables(address, table)
  return address
}
