import { createConnection } from 'mysql2/promise'
import type { Connection, RowDataPacket } from 'mysql2/promise'
import type { LoggedChange, Row } from '../../capture/change-feed.ts'
import type { BinlogStream, LogOptions } from './binlog-stream.ts'
import { GtidPosition } from './gtid-position.ts'
import { parsePosition, positionText } from './log-position.ts'
import { exact } from './mariadb-database.ts'
import { sqlColumns } from './sql-columns.ts'
import type { SqlColumns } from './sql-columns.ts'

type Values = Readonly<Record<string, unknown>>

/** A row as it was before the changes behind a place in the log; null: it was not there. */
type Undone = ReadonlyMap<number, Row | null>

/**
 * The rows of a table as they were at one place of the log, by id. No lock is held: the server keeps old versions of rows for as long as
 * the transaction is open.
 */
export class TableSnapshot {
  /** Where the rows are of. */
  readonly gtids: GtidPosition
  readonly #options: LogOptions
  readonly #connection: Connection
  readonly #columns: SqlColumns
  readonly #timeMs: number
  readonly #place: { readonly file: string; readonly pos: number }
  #undone: Undone = new Map()

  private constructor(options: LogOptions, connection: Connection, view: View) {
    this.#options = options
    this.#connection = connection
    this.gtids = view.gtids
    this.#columns = view.columns
    this.#timeMs = view.timeMs
    this.#place = view.place
  }

  /** The rows as they are now. */
  static async open(options: LogOptions): Promise<TableSnapshot> {
    const { address } = options
    const connection = await createConnection({ ...address, ...exact, connectTimeout: 5000 })
    try {
      return new TableSnapshot(options, connection, await viewOf(connection, options))
    } catch (error) {
      connection.destroy()
      throw error
    }
  }

  /** These rows as they were at an earlier place, from which on `log` has the changes. */
  async asOf(gtids: GtidPosition, log: BinlogStream): Promise<TableSnapshot> {
    const earlier = new TableSnapshot(this.#options, this.#connection, {
      gtids,
      columns: this.#columns,
      timeMs: this.#timeMs,
      place: this.#place,
    })
    earlier.#undone = await undoneBy(log, this.gtids)
    return earlier
  }

  /** Rows behind an id, in order. Empty: there are no more. */
  async rows(afterId: number | null, limit: number): Promise<readonly LoggedChange[]> {
    // One more than asked for, to know the last row of all.
    const found: Row[] = []
    let last = afterId
    let isMore = true
    while (found.length <= limit && isMore) {
      const some = await this.#select(last, limit + 1)
      isMore = some.length > limit
      const end = isMore ? some.at(-1)!.id : Infinity
      found.push(...this.#merge(some, last ?? -Infinity, end))
      last = end
    }
    return found.slice(0, limit).map((row, index) => {
      const isLast = index === found.length - 1
      const isFirst = index === 0 && afterId === null
      return this.#changeOf(row, isLast ? 'last' : isFirst ? 'first' : 'true')
    })
  }

  close(): void {
    this.#connection.destroy()
  }

  async #select(afterId: number | null, limit: number): Promise<Row[]> {
    const where = afterId === null ? '' : 'where id > ?'
    const sql = `select * from \`${this.#options.table}\` ${where} order by id limit ?`
    const [rows] = await this.#connection.query<RowDataPacket[]>(sql, afterId === null ? [limit] : [afterId, limit])
    return rows.map((row) => this.#columns.rowOf(row as Values))
  }

  #merge(rows: readonly Row[], afterId: number, endId: number): readonly Row[] {
    if (this.#undone.size === 0) return rows
    const as = [...this.#undone].flatMap(([id, row]) => (row !== null && id > afterId && id <= endId ? [row] : []))
    return [...rows.filter(({ id }) => !this.#undone.has(id)), ...as].toSorted((left, right) => left.id - right.id)
  }

  #changeOf(row: Row, snapshot: string): LoggedChange {
    const position = positionText({ id: this.#options.id, gtids: this.gtids, place: { row: row.id } })
    const source = { connector: 'mariadb', ...this.#place, server_id: 0, gtid: null, row: 0 } as const
    return { position, op: 'r', before: null, after: row, snapshot, timeMs: this.#timeMs, source, columns: this.#columns.fields }
  }
}

interface View {
  readonly gtids: GtidPosition
  readonly columns: SqlColumns
  readonly timeMs: number
  readonly place: { readonly file: string; readonly pos: number }
}

/** Begins the transaction, and finds out which place of the log it sees. */
async function viewOf(connection: Connection, { address, table }: LogOptions): Promise<View> {
  const all = async (sql: string, values: readonly string[] = []): Promise<Values[]> =>
    (await connection.query<RowDataPacket[]>(sql, [...values]))[0] as Values[]
  await connection.query(`set time_zone = '+00:00'`)
  await connection.query('set session transaction isolation level repeatable read')
  await connection.query('start transaction with consistent snapshot, read only')
  const status = new Map(
    (await all(`show status like 'binlog_snapshot%'`)).map((row) => [row['Variable_name'], String(row['Value'])]),
  )
  const [file = '', pos = ''] = [status.get('Binlog_snapshot_file'), status.get('Binlog_snapshot_position')]
  const [found] = await all('select binlog_gtid_pos(?, ?) as gtids', [file, pos])
  const columns = await all(
    'select column_name as name, column_type as type from information_schema.columns where table_schema = ? and table_name = ? order by ordinal_position',
    [address.database, table],
  )
  const typed = columns.map(({ name, type }) => ({ name: String(name), type: String(type) }))
  return {
    gtids: new GtidPosition((found!['gtids'] as string | null) ?? ''),
    columns: sqlColumns(table, typed),
    timeMs: Date.now(),
    place: { file, pos: Number(pos) },
  }
}

/** Of each row that has changed up to `end`, how it was before its first change. */
async function undoneBy(log: BinlogStream, end: GtidPosition): Promise<Undone> {
  const undone = new Map<number, Row | null>()
  for (;;) {
    const isEnd = (log.gtids.compare(end) ?? 0) >= 0
    const changes = log.take(1000)
    for (const change of changes) {
      if (isBehind(change, end)) return undone
      note(undone, change)
    }
    if (log.error !== undefined) throw log.error
    if (isEnd && changes.length === 0) return undone
    if (changes.length === 0) await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
}

const pollMs = 5

function isBehind({ position }: LoggedChange, end: GtidPosition): boolean {
  return (parsePosition(position)!.gtids.compare(end) ?? 0) >= 0
}

function note(undone: Map<number, Row | null>, { before, after }: LoggedChange): void {
  if (before !== null && !undone.has(before.id)) undone.set(before.id, before)
  // A row that got its id by a change was not there before.
  if (after !== null && !undone.has(after.id)) undone.set(after.id, null)
}
