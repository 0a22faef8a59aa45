import type { ChangeFeed, LoggedChange, Origin, Row } from '../../capture/change-feed.ts'
import type { BankDatabase } from './bank-database.ts'
import { nowMs, rowJson } from './bank-schema.ts'
import type { TableName } from './bank-schema.ts'

interface LogRow {
  readonly seq: number
  readonly op: LoggedChange['op']
  readonly before_json: string | null
  readonly after_json: string | null
  readonly snapshot: string
  readonly ts_ms: number
}

/**
 * The log that triggers write in the transaction of each change. A position is `<id of the database>-<seq>`: a file that was made anew
 * has another id, and its positions cannot be compared with those of the old one.
 */
export class SqliteChangeFeed implements ChangeFeed {
  readonly #database: BankDatabase
  readonly #table: TableName
  readonly #id: string

  constructor(database: BankDatabase, table: TableName) {
    this.#database = database
    this.#table = table
    this.#id = database.one<{ id: string }>('select id from cdc_database')!.id
  }

  async after(position: string | null, limit: number): Promise<readonly LoggedChange[]> {
    return this.#read(position === null ? 0 : this.#seqOf(position), limit)
  }

  async originOf(position: string): Promise<Origin> {
    if (!this.#isOwn(position)) return 'other database'
    return this.#seqOf(position) <= this.#newest() ? 'own' : 'ahead'
  }

  compare(left: string, right: string): number | undefined {
    return [left, right].every((position) => this.#isOwn(position)) ? this.#seqOf(left) - this.#seqOf(right) : undefined
  }

  async snapshot(): Promise<string> {
    return this.#database.transact(() => {
      const begin = this.#positionOf(this.#newest())
      this.#database.run('delete from cdc_log')
      this.#database.run(`insert into cdc_log (tbl, op, after_json, snapshot, ts_ms)
        select '${this.#table}', 'r', ${rowJson(this.#table, '')}, 'true', ${nowMs} from ${this.#table} order by id`)
      // Debezium's words for the first row and the last.
      this.#database.run(`update cdc_log set snapshot = 'first' where seq = (select min(seq) from cdc_log)`)
      this.#database.run(`update cdc_log set snapshot = 'last' where seq = (select max(seq) from cdc_log)`)
      return begin
    })
  }

  async acknowledge(position: string): Promise<void> {
    this.#database.run('delete from cdc_log where seq <= ?', this.#seqOf(position))
  }

  #read(seq: number, limit: number): LoggedChange[] {
    const rows = this.#database.all<LogRow>('select * from cdc_log where seq > ? order by seq limit ?', seq, limit)
    return rows.map((row) => ({
      position: this.#positionOf(row.seq),
      op: row.op,
      before: parseRow(row.before_json),
      after: parseRow(row.after_json),
      snapshot: row.snapshot,
      timeMs: row.ts_ms,
      source: { connector: 'sqlite', file: 'cdc_log', pos: row.seq, server_id: 0, gtid: null, row: 0 },
    }))
  }

  /** Of all changes that there ever were; 0: there was none yet. */
  #newest(): number {
    return this.#database.one<{ seq: number }>(`select seq from sqlite_sequence where name = 'cdc_log'`)?.seq ?? 0
  }

  #isOwn(position: string): boolean {
    return position.startsWith(`${this.#id}-`)
  }

  #positionOf(seq: number): string {
    return `${this.#id}-${seq}`
  }

  #seqOf(position: string): number {
    return Number(position.slice(this.#id.length + 1))
  }
}

function parseRow(json: string | null): Row | null {
  return json === null ? null : (JSON.parse(json) as Row)
}
