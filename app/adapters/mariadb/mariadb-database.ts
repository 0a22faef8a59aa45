import { createPool } from 'mysql2/promise'
import type { Pool, PoolConnection, ResultSetHeader, RowDataPacket } from 'mysql2/promise'
import { Problem } from '../../platform/http/problem.ts'
import { addressText } from './mariadb-address.ts'
import type { MariadbAddress } from './mariadb-address.ts'

type Values = readonly (string | number | null | readonly number[])[]

/** Asks a database: each statement for itself, or all in one transaction. */
export interface Session {
  all<T>(sql: string, values?: Values): Promise<T[]>
  one<T>(sql: string, values?: Values): Promise<T | undefined>
  /** Gives the number of rows that changed, and the id of the last one inserted. */
  run(sql: string, values?: Values): Promise<{ readonly changes: number; readonly id: number }>
}

/** A database on a server cannot be used as it is; the message says why. */
export class DatabaseProblem extends Error {
  override readonly name = 'DatabaseProblem'
}

const connectionsMax = 10
const attemptsMax = 5
/** Times are UTC whatever the server's zone is, and a value that its column cannot hold is refused. */
const settings = `set time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'`

/** How values come: decimals and times as the texts that they are. */
export const exact = { dateStrings: true, supportBigNumbers: true, charset: 'utf8mb4' } as const

/** A database on a MariaDB or MySQL server. */
export class MariadbDatabase implements Session {
  readonly #pool: Pool
  readonly #address: string

  private constructor(address: MariadbAddress) {
    this.#address = addressText(address)
    this.#pool = createPool({ ...address, ...exact, connectionLimit: connectionsMax, connectTimeout: 5000 })
    // The connection carries it out before anything that is asked of it.
    this.#pool.pool.on('connection', (connection) => connection.query(settings))
  }

  /** Throws a {@link DatabaseProblem} if the server does not answer, or the database lacks one of the tables. */
  static async open(address: MariadbAddress, tables: readonly string[]): Promise<MariadbDatabase> {
    const database = new MariadbDatabase(address)
    try {
      await database.#check(tables)
    } catch (error) {
      await database.close()
      if (error instanceof DatabaseProblem) throw error
      throw new DatabaseProblem(`The database ${addressText(address)} cannot be used: ${reasonOf(error)}.`, { cause: error })
    }
    return database
  }

  all<T>(sql: string, values: Values = []): Promise<T[]> {
    return this.#asked(() => over(this.#pool).all<T>(sql, values))
  }

  one<T>(sql: string, values: Values = []): Promise<T | undefined> {
    return this.#asked(() => over(this.#pool).one<T>(sql, values))
  }

  run(sql: string, values: Values = []): Promise<{ readonly changes: number; readonly id: number }> {
    return this.#asked(() => over(this.#pool).run(sql, values))
  }

  /** Runs `action` in a transaction; what it throws rolls back. Where the server ends one of two that wait for each other, it runs again. */
  async transact<T>(action: (session: Session) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#asked(() => this.#attempt(action))
      } catch (error) {
        if (codeOf(error) !== 'ER_LOCK_DEADLOCK' || attempt === attemptsMax) throw error
      }
    }
  }

  close(): Promise<void> {
    return this.#pool.end()
  }

  async #attempt<T>(action: (session: Session) => Promise<T>): Promise<T> {
    const connection = await this.#pool.getConnection()
    try {
      await connection.beginTransaction()
      const result = await action(over(connection))
      await connection.commit()
      return result
    } catch (error) {
      await connection.rollback().catch(() => connection.destroy())
      throw error
    } finally {
      connection.release()
    }
  }

  async #check(tables: readonly string[]): Promise<void> {
    const sql = 'select table_name as name from information_schema.tables where table_schema = database()'
    const found = new Set((await over(this.#pool).all<{ name: string }>(sql)).map(({ name }) => name))
    const missing = tables.filter((name) => !found.has(name))
    if (missing.length === 0) return
    throw new DatabaseProblem(
      `The database ${this.#address} has no table ${missing.join(', ')}: run the scripts of app/adapters/mariadb/init, or grant ` +
        'their use to this user.',
    )
  }

  async #asked<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask()
    } catch (error) {
      if (!isAway(error)) throw error
      throw new Problem(
        503,
        'The database does not answer. Whether the request was carried out is not known.',
        {},
        { retryAfterS: 1, cause: error },
      )
    }
  }
}

function over(connection: Pool | PoolConnection): Session {
  const all = async <T>(sql: string, values: Values = []): Promise<T[]> =>
    (await connection.query<RowDataPacket[]>(sql, [...values]))[0] as unknown as T[]
  return {
    all,
    one: async <T>(sql: string, values: Values = []) => (await all<T>(sql, values))[0],
    run: async (sql, values = []) => {
      const [{ affectedRows, insertId }] = await connection.query<ResultSetHeader>(sql, [...values])
      return { changes: affectedRows, id: insertId }
    },
  }
}

/** The words of the driver, or its code where it has none: so it is with several addresses of one name. */
function reasonOf(error: unknown): string {
  const { message, code } = error as { readonly message: string; readonly code?: string }
  return message === '' ? String(code) : message.replace(/\.$/, '')
}

export function codeOf(error: unknown): string | undefined {
  return (error as { readonly code?: string }).code
}

/** Codes of a server that cannot be reached, goes away, or takes no more connections. */
const awayCodes: ReadonlySet<string | undefined> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'PROTOCOL_CONNECTION_LOST',
  'ER_SERVER_SHUTDOWN',
  'ER_CON_COUNT_ERROR',
  'ER_CONNECTION_KILLED',
])

export function isAway(error: unknown): boolean {
  return awayCodes.has(codeOf(error)) || (error as Error).message === "Can't add new command when connection is in closed state"
}
