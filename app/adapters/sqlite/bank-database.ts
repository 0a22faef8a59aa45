import { DatabaseSync } from 'node:sqlite'
import { bankSchema } from './bank-schema.ts'

/**
 * Opens the bank's database, a SQLite file or `:memory:`. What is committed survives kill -9; writers of other connections are
 * waited for.
 */
export function openBankDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 10_000 })
  database.exec('pragma journal_mode = wal; pragma synchronous = normal;')
  database.exec(bankSchema)
  return database
}

/** Runs `action` in a transaction; what it throws rolls back. */
export function transact<T>(database: DatabaseSync, action: () => T): T {
  database.exec('begin immediate')
  try {
    const result = action()
    database.exec('commit')
    return result
  } catch (error) {
    database.exec('rollback')
    throw error
  }
}
