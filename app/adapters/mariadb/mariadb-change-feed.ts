import { setTimeout as delay } from 'node:timers/promises'
import type { ChangeFeed, LoggedChange, Origin } from '../../capture/change-feed.ts'
import type { TableName } from '../../capture/connect-json.ts'
import { BinlogStream } from './binlog-stream.ts'
import type { LogOptions, LogStart } from './binlog-stream.ts'
import { checkServer } from './check-server.ts'
import { GtidPosition } from './gtid-position.ts'
import { comparePositions, parsePosition, positionText } from './log-position.ts'
import type { LogPosition } from './log-position.ts'
import type { MariadbAddress } from './mariadb-address.ts'
import { DatabaseProblem, MariadbDatabase, codeOf, isAway } from './mariadb-database.ts'
import type { Statement } from './statement.ts'
import { TableSnapshot } from './table-snapshot.ts'

export interface MariadbChangeFeedOptions {
  readonly address: MariadbAddress
  readonly table: TableName
  /** Is told of each statement that changed the table, and is logged without its rows: they have no records. */
  readonly onStatement: (statement: Statement) => void
  /** Is told of each try that failed because the server does not answer: it goes on. */
  readonly onAway: (error: Error) => void
}

const retryMs = 500

/** What of the log is read now, and from where on. */
interface OpenLog {
  readonly stream: BinlogStream
  /** The position behind which its next change is. */
  readonly at: string
}

/** What of a snapshot is read now. */
interface OpenSnapshot {
  readonly rows: TableSnapshot
  /** By which it is known. */
  readonly gtids: GtidPosition
}

/**
 * The changes of a table from the log of a MariaDB server. Nothing is kept here or there: a position says all. A server that goes away
 * after the start is waited for.
 */
export class MariadbChangeFeed implements ChangeFeed, AsyncDisposable {
  readonly #options: MariadbChangeFeedOptions
  readonly #database: MariadbDatabase
  readonly #log: LogOptions
  #open: OpenLog | undefined
  #snapshot: OpenSnapshot | undefined

  private constructor(options: MariadbChangeFeedOptions, database: MariadbDatabase, id: string) {
    this.#options = options
    this.#database = database
    this.#log = { ...options, id }
  }

  /** Throws a `DatabaseProblem` that names everything that is not as it has to be. */
  static async open(options: MariadbChangeFeedOptions): Promise<MariadbChangeFeed> {
    const database = await MariadbDatabase.open(options.address, [options.table, 'cdc_database'])
    try {
      await checkServer(database, options.address)
      const row = await database.one<{ id: string }>('select id from cdc_database')
      if (row === undefined)
        throw new DatabaseProblem('The table cdc_database is empty: run the scripts of app/adapters/mariadb/init.')
      return new MariadbChangeFeed(options, database, row.id)
    } catch (error) {
      await database.close()
      throw error
    }
  }

  async after(position: string | null, limit: number): Promise<readonly LoggedChange[]> {
    const at = position === null ? undefined : parsePosition(position)
    if (at === undefined)
      throw new DatabaseProblem(`The raw topic of ${this.#options.table} has records of another change capture.`)
    try {
      return await this.#after(at, limit)
    } catch (error) {
      this.#close()
      if (!isAway(error)) throw explained(error)
      this.#options.onAway(error as Error)
      await delay(retryMs)
      return []
    }
  }

  async originOf(text: string): Promise<Origin> {
    const position = parsePosition(text)
    if (position?.id !== this.#log.id) return 'other database'
    const row = await this.#database.one<{ gtids: string }>('select @@gtid_binlog_pos as gtids')
    const order = new GtidPosition(row!.gtids).compare(position.gtids) ?? -1
    const isWithin = 'changes' in position.place && position.place.changes > 0
    return order > 0 || (order === 0 && !isWithin) ? 'own' : 'ahead'
  }

  compare(left: string, right: string): number | undefined {
    const [first, second] = [parsePosition(left), parsePosition(right)]
    return first && second && comparePositions(first, second)
  }

  async snapshot(): Promise<string> {
    this.#close()
    const rows = await TableSnapshot.open(this.#log)
    this.#snapshot = { rows, gtids: rows.gtids }
    return positionText({ id: this.#log.id, gtids: rows.gtids, place: { row: null } })
  }

  async acknowledge(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {
    this.#close()
    await this.#database.close()
  }

  async #after(at: LogPosition, limit: number): Promise<readonly LoggedChange[]> {
    if ('changes' in at.place) return this.#logged(at, at.place.changes, limit)
    if (this.#open?.at !== positionText(at)) {
      const rows = await this.#rowsAt(at.gtids)
      const found = await rows.rows(at.place.row, limit)
      if (found.length > 0) return found
      this.#close()
    }
    return this.#logged(at, 0, limit)
  }

  /** A snapshot that somebody else has begun is made again. */
  async #rowsAt(gtids: GtidPosition): Promise<TableSnapshot> {
    if (this.#snapshot?.gtids.compare(gtids) === 0) return this.#snapshot.rows
    this.#close()
    const now = await TableSnapshot.open(this.#log)
    this.#snapshot = { rows: now, gtids }
    if (now.gtids.compare(gtids) === 0) return now
    // What has no records is told when its place comes.
    const log = new BinlogStream({ ...this.#log, onStatement: () => {} }, { gtids, changes: 0 })
    try {
      this.#snapshot = { rows: await now.asOf(gtids, log), gtids }
      return this.#snapshot.rows
    } finally {
      log.close()
    }
  }

  #logged(at: LogPosition, changes: number, limit: number): readonly LoggedChange[] {
    const { stream } = this.#streamAt(at, { gtids: at.gtids, changes })
    const found = stream.take(limit)
    if (found.length === 0 && stream.error !== undefined) throw stream.error
    if (found.length > 0) this.#open = { stream, at: found.at(-1)!.position }
    return found
  }

  #streamAt(at: LogPosition, start: LogStart): OpenLog {
    const text = positionText(at)
    if (this.#open?.at === text) return this.#open
    this.#close()
    this.#open = { stream: new BinlogStream(this.#log, start), at: text }
    return this.#open
  }

  #close(): void {
    this.#open?.stream.close()
    this.#open = undefined
    this.#snapshot?.rows.close()
    this.#snapshot = undefined
  }
}

/** What the server says of a log that it no longer has is hard to read. */
function explained(error: unknown): unknown {
  const { message, errno } = error as { readonly message: string; readonly errno?: number }
  if (errno !== 1236 && codeOf(error) !== 'ER_MASTER_FATAL_ERROR_READING_BINLOG') return error
  return new DatabaseProblem(
    `The server no longer has the part of its log that is read next, so that changes are missing (${message}). ` +
      "Keep logs for longer (binlog_expire_logs_seconds). Now delete the pipeline's topics (raw.*, ingestion.*, custom.*) and start again.",
    { cause: error },
  )
}
