import { DatabaseSync } from 'node:sqlite'
import type { SQLInputValue, StatementSync } from 'node:sqlite'
import type { BankSql } from '../../bank/bank-sql.ts'
import { bankSchema } from './bank-schema.ts'
import type { TableName } from './bank-schema.ts'

/** The statements around what succeeds or fails as a whole. */
interface Bracket {
  readonly begin: string
  readonly end: string
  readonly undo: readonly string[]
}

/** Direct SQL may write 7.5 or 7. */
const cents = `case when amount glob '*.[0-9][0-9]' then cast(replace(amount, '.', '') as integer)
  when amount glob '*.[0-9]' then 10 * cast(replace(amount, '.', '') as integer) else 100 * cast(amount as integer) end`

/** A database of the bank: a SQLite file or `:memory:`. Statements are prepared once. */
export class BankDatabase implements BankSql {
  readonly cents = cents
  /** An amount is a text, so that SQL may write any. */
  readonly poison = "'abc'"
  readonly connection: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  /** What is committed survives kill -9; writers of other connections are waited for. */
  constructor(path: string, table: TableName) {
    this.connection = new DatabaseSync(path, { timeout: 10_000 })
    this.connection.exec('pragma journal_mode = wal; pragma synchronous = normal;')
    this.connection.exec(bankSchema(table))
  }

  one<T>(sql: string, ...parameters: SQLInputValue[]): T | undefined {
    const row = this.#prepared(sql).get(...parameters)
    return row === undefined ? undefined : ({ ...row } as T)
  }

  all<T>(sql: string, ...parameters: SQLInputValue[]): T[] {
    return this.#prepared(sql)
      .all(...parameters)
      .map((row) => ({ ...row }) as T)
  }

  /** Gives the number of rows that changed, and the id of the last one inserted. */
  run(sql: string, ...parameters: SQLInputValue[]): { readonly changes: number; readonly id: number } {
    const { changes, lastInsertRowid } = this.#prepared(sql).run(...parameters)
    return { changes: Number(changes), id: Number(lastInsertRowid) }
  }

  /** Runs `action` in a transaction; what it throws rolls back. */
  transact<T>(action: () => T): T {
    return this.#either(action, { begin: 'begin immediate', end: 'commit', undo: ['rollback'] })
  }

  /** Runs `action` as a part of the transaction that is open; what it throws rolls back no more than the part. */
  attempt<T>(action: () => T): T {
    return this.#either(action, { begin: 'savepoint part', end: 'release part', undo: ['rollback to part', 'release part'] })
  }

  close(): void {
    this.connection.close()
  }

  #either<T>(action: () => T, { begin, end, undo }: Bracket): T {
    this.run(begin)
    try {
      const result = action()
      this.run(end)
      return result
    } catch (error) {
      // An error such as a full disk may have ended the transaction already.
      if (this.connection.isTransaction) for (const sql of undo) this.run(sql)
      throw error
    }
  }

  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const statement = this.connection.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}
