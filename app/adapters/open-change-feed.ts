import type { ChangeFeed } from '../capture/change-feed.ts'
import type { TableName } from '../capture/connect-json.ts'
import { isOnServer, mariadbAddress } from './mariadb/mariadb-address.ts'
import type { DatabaseConfig } from './mariadb/mariadb-address.ts'
import type { MariadbChangeFeedOptions } from './mariadb/mariadb-change-feed.ts'
import { BankDatabase } from './sqlite/bank-database.ts'
import { SqliteChangeFeed } from './sqlite/sqlite-change-feed.ts'

interface OpenFeed {
  readonly feed: ChangeFeed
  readonly close: () => void | Promise<void>
}

/** What a feed may tell, beside changes. */
type Told = Pick<MariadbChangeFeedOptions, 'onStatement' | 'onAway'>

/** The changes of a table, where the configuration says. The driver of servers is loaded only for one. */
export async function openChangeFeed(config: DatabaseConfig, table: TableName, told: Told): Promise<OpenFeed> {
  if (!isOnServer(config.database)) return sqliteFeed(config.database, table)
  const { MariadbChangeFeed } = await import('./mariadb/mariadb-change-feed.ts')
  const feed = await MariadbChangeFeed.open({ address: mariadbAddress(config), table, ...told })
  return { feed, close: () => feed[Symbol.asyncDispose]() }
}

function sqliteFeed(path: string, table: TableName): OpenFeed {
  const database = new BankDatabase(path, table)
  return { feed: new SqliteChangeFeed(database, table), close: () => database.close() }
}
