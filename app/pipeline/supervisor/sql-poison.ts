import { openSql } from '../../adapters/open-bank.ts'
import type { PoisonedRow } from '../../contracts/bff.ts'
import { databaseOf } from '../databases.ts'
import type { DatabaseSettings } from '../databases.ts'

/** Writes a row past the write API, as somebody with a SQL prompt does: its amount is none that readers take. */
export async function sqlPoison(settings: DatabaseSettings): Promise<PoisonedRow> {
  const sql = await openSql(databaseOf('transfers', settings), 'transfers')
  try {
    const now = new Date().toISOString()
    const insert = `insert into transfers (from_user_id, to_user_id, amount, created_at, last_updated_at) values (1, 2, ${sql.poison}, ?, ?) returning id`
    return { table: 'transfers', id: (await sql.one<{ id: number }>(insert, now, now))!.id }
  } finally {
    await sql.close()
  }
}
