import type { DatabaseSync } from 'node:sqlite'
import { transact } from './bank-database.ts'
import { nowMs, rowJson, tableNames } from './bank-schema.ts'
import type { TableName } from './bank-schema.ts'
import type { LoggedChange, Row } from '../../capture/envelope.ts'

/** The log of changes that triggers write in the transaction of each change. Its order is the order of commits. */
export class ChangeLog {
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  after(seq: number, limit: number): LoggedChange[] {
    const rows = this.#database.prepare('select * from cdc_log where seq > ? order by seq limit ?').all(seq, limit)
    return rows.map((row) => ({
      seq: row['seq'] as number,
      table: row['tbl'] as TableName,
      op: row['op'] as LoggedChange['op'],
      before: parseRow(row['before_json']),
      after: parseRow(row['after_json']),
      snapshot: row['snapshot'] as string,
      timeMs: row['ts_ms'] as number,
    }))
  }

  /** Forgets what every reader has. */
  deleteUpTo(seq: number): void {
    this.#database.prepare('delete from cdc_log where seq <= ?').run(seq)
  }

  /**
   * Replaces the log by all rows as they are (op `r`). What is in the log is in the rows, and what commits later comes after
   * them: no gap, no overlap.
   */
  snapshot(): void {
    transact(this.#database, () => {
      this.#database.exec('delete from cdc_log')
      for (const table of tableNames)
        this.#database.exec(`insert into cdc_log (tbl, op, after_json, snapshot, ts_ms)
          select '${table}', 'r', ${rowJson(table, '')}, 'true', ${nowMs} from ${table} order by id`)
      this.#markPlaces()
    })
  }

  /** Debezium's words: the first and last row of all, and of each table. */
  #markPlaces(): void {
    this.#database.exec(`
      update cdc_log set snapshot = 'first_in_data_collection' where seq in (select min(seq) from cdc_log group by tbl);
      update cdc_log set snapshot = 'last_in_data_collection' where seq in (select max(seq) from cdc_log group by tbl);
      update cdc_log set snapshot = 'first' where seq = (select min(seq) from cdc_log);
      update cdc_log set snapshot = 'last' where seq = (select max(seq) from cdc_log);`)
  }
}

function parseRow(json: unknown): Row | null {
  return json === null ? null : (JSON.parse(json as string) as Row)
}
