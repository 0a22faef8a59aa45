import { join } from 'node:path'
import { BankDatabase } from '../../adapters/sqlite/bank-database.ts'
import type { PoisonedRow } from '../../contracts/bff.ts'

const insert =
  'insert into transfers (from_user_id, to_user_id, amount, created_at, last_updated_at) values (1, 2, ?, ?, ?) returning id'

/** Writes a row past the write API, as somebody with a SQL prompt does: the amount is no decimal. */
export function sqlPoison(dir: string): PoisonedRow {
  const database = new BankDatabase(join(dir, 'transfers.db'), 'transfers')
  try {
    const now = new Date().toISOString()
    return { table: 'transfers', id: database.one<{ id: number }>(insert, 'abc', now, now)!.id }
  } finally {
    database.close()
  }
}
