import type { BankSql } from '../bank/bank-sql.ts'
import type { TransferRows, UserRows } from '../bank/ports.ts'
import type { TableName } from '../capture/connect-json.ts'
import { isOnServer, mariadbAddress } from './mariadb/mariadb-address.ts'
import type { DatabaseConfig } from './mariadb/mariadb-address.ts'
import { BankDatabase } from './sqlite/bank-database.ts'
import { openSqliteTransfers, openSqliteUsers } from './sqlite/sqlite-bank.ts'

interface OpenRows<R> {
  readonly rows: R
  /** Its end. */
  readonly database: { close(): void | Promise<void> }
}

/** The users, where the configuration says. The driver of servers is loaded only for one. */
export async function openUsers(config: DatabaseConfig): Promise<OpenRows<UserRows>> {
  if (!isOnServer(config.database)) return openSqliteUsers(config.database)
  const { openMariadbUsers } = await import('./mariadb/mariadb-bank.ts')
  return openMariadbUsers(mariadbAddress(config))
}

/** The transfers, where the configuration says. */
export async function openTransfers(config: DatabaseConfig): Promise<OpenRows<TransferRows>> {
  if (!isOnServer(config.database)) return openSqliteTransfers(config.database)
  const { openMariadbTransfers } = await import('./mariadb/mariadb-bank.ts')
  return openMariadbTransfers(mariadbAddress(config))
}

/** Direct SQL beside the write APIs. Tables that are missing are made. */
export async function openSql(config: DatabaseConfig, table: TableName): Promise<BankSql> {
  if (!isOnServer(config.database)) return new BankDatabase(config.database, table)
  const [{ ensureTables }, { MariadbSql }] = await Promise.all([
    import('./mariadb/create-tables.ts'),
    import('./mariadb/mariadb-sql.ts'),
  ])
  return new MariadbSql(await ensureTables(mariadbAddress(config), table))
}
