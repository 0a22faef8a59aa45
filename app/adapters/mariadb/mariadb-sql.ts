import type { BankSql, SqlValue } from '../../bank/bank-sql.ts'
import type { MariadbDatabase } from './mariadb-database.ts'
import { fromSql } from './mariadb-rows.ts'
import { sqlTime } from './times.ts'

/** Direct SQL on MariaDB. */
export class MariadbSql implements BankSql {
  readonly cents = 'cast(amount * 100 as signed)'
  /** The column holds decimals only: so it is one that the rules forbid. */
  readonly poison = '-5.00'
  readonly #database: MariadbDatabase

  constructor(database: MariadbDatabase) {
    this.#database = database
  }

  async one<T>(sql: string, ...values: SqlValue[]): Promise<T | undefined> {
    return (await this.all<T>(sql, ...values))[0]
  }

  async all<T>(sql: string, ...values: SqlValue[]): Promise<T[]> {
    return (await this.#database.all<object>(sql, values.map(valueOf))).map((row) => fromSql(row) as T)
  }

  async run(sql: string, ...values: SqlValue[]): Promise<void> {
    await this.#database.run(sql, values.map(valueOf))
  }

  close(): Promise<void> {
    return this.#database.close()
  }
}

function valueOf(value: SqlValue): SqlValue {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) ? sqlTime(value) : value
}
