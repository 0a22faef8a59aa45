import { readFile } from 'node:fs/promises'
import { createConnection } from 'mysql2/promise'
import type { TableName } from '../../capture/connect-json.ts'
import type { MariadbAddress } from './mariadb-address.ts'

/** Runs the script of init/ for a table. What is there stays. The user must be allowed to create tables. */
export async function createTables(address: MariadbAddress, table: TableName): Promise<void> {
  const script = await readFile(new URL(`init/${table}.sql`, import.meta.url), 'utf8')
  const connection = await createConnection({ ...address, multipleStatements: true })
  try {
    await connection.query(script)
  } finally {
    await connection.end()
  }
}
