import { readFile } from 'node:fs/promises'
import { createConnection } from 'mysql2/promise'
import type { TableName } from '../../capture/connect-json.ts'
import type { MariadbAddress } from './mariadb-address.ts'
import { MariadbDatabase } from './mariadb-database.ts'

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

const tablesOf = { users: ['users', 'cdc_database'], transfers: ['transfers', 'requests', 'cdc_database'] } as const

/** The database, with its tables: whoever finds them all need not be allowed to create any. */
export async function ensureTables(address: MariadbAddress, table: TableName): Promise<MariadbDatabase> {
  try {
    return await MariadbDatabase.open(address, tablesOf[table])
  } catch (error) {
    if ((error as Error).cause !== undefined) throw error
    await createTables(address, table)
    return await MariadbDatabase.open(address, tablesOf[table])
  }
}
