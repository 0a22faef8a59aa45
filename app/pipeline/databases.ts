import { join } from 'node:path'
import type { DatabaseConfig } from '../adapters/mariadb/mariadb-address.ts'
import { openSql } from '../adapters/open-bank.ts'
import type { BankSql } from '../bank/bank-sql.ts'
import type { TableName } from '../capture/connect-json.ts'

/** The addresses of two databases on servers; the same one twice has both tables. */
export interface ServerDatabases {
  readonly users: string
  readonly transfers: string
}

/** Where the two tables of the bank are: on servers, or in files of the directory. */
export interface DatabaseSettings {
  readonly dir: string
  readonly mariadb?: ServerDatabases | undefined
}

/** As the services take it. The password of a server comes from the environment, as it does for a service alone. */
export function databaseOf(table: TableName, { dir, mariadb }: DatabaseSettings): DatabaseConfig {
  if (mariadb === undefined) return { database: join(dir, `${table}.db`) }
  const { DATABASE_PASSWORD: password, DATABASE_PASSWORD_FILE: file } = process.env
  return {
    database: mariadb[table],
    ...(password !== undefined && { databasePassword: password }),
    ...(file !== undefined && { databasePasswordFile: file }),
  }
}

/** Direct SQL on both databases. Tables that are missing are made. */
export async function openDatabases(settings: DatabaseSettings): Promise<AsyncDisposable & Readonly<Record<TableName, BankSql>>> {
  await using opening = new AsyncDisposableStack()
  const open = async (table: TableName): Promise<BankSql> =>
    opening.adopt(await openSql(databaseOf(table, settings), table), (sql) => sql.close())
  const [users, transfers] = [await open('users'), await open('transfers')]
  const opened = opening.move()
  return { users, transfers, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}
