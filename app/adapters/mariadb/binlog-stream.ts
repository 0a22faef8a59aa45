import { randomInt } from 'node:crypto'
import ZongJi from '@vlasky/zongji'
import type { AnyBinlogEvent, MariadbGtidEvent, QueryEvent, RowsEvent } from '@vlasky/zongji'
import type { LoggedChange } from '../../capture/change-feed.ts'
import type { TableName } from '../../capture/connect-json.ts'
import type { GtidPosition } from './gtid-position.ts'
import { positionText } from './log-position.ts'
import type { MariadbAddress } from './mariadb-address.ts'
import { exact } from './mariadb-database.ts'
import { sqlColumns } from './sql-columns.ts'
import type { SqlColumns } from './sql-columns.ts'
import { statementOn } from './statement.ts'
import type { Statement } from './statement.ts'

/** What is read of a log. */
export interface LogOptions {
  readonly address: MariadbAddress
  readonly table: TableName
  /** Which database it is, for positions. */
  readonly id: string
  /** Is told of each statement that changed the table, and is logged without its rows. */
  readonly onStatement: (statement: Statement) => void
}

/** Where reading begins: behind so many changes of the table in the transaction that follows `gtids`. */
export interface LogStart {
  readonly gtids: GtidPosition
  readonly changes: number
}

const heldMax = 4000
const heartbeatMs = 2000
/** A server that sends nothing for so long is taken for gone. */
const silenceMaxMs = 15_000

/** The log was silent for too long: the connection leads nowhere. */
class SilentLogError extends Error {
  override readonly name = 'SilentLogError'
  readonly code = 'ETIMEDOUT'
}

/** The changes of one table, as the log has them, from a place on: a connection that ends with its first error. */
export class BinlogStream {
  readonly #options: LogOptions
  readonly #start: LogStart
  readonly #log: ZongJi
  readonly #watch: NodeJS.Timeout
  #held: LoggedChange[] = []
  #error: Error | undefined
  #isPaused = false
  #heardMs = performance.now()
  /** Up to the transaction that is read. */
  #gtids: GtidPosition
  #transaction: MariadbGtidEvent | undefined
  #changes = 0
  /** By their text: the log repeats them before each change. */
  #columns = new Map<string, SqlColumns>()

  constructor(options: LogOptions, start: LogStart) {
    this.#options = options
    this.#start = start
    this.#gtids = start.gtids
    const { host, port, user, password, database } = options.address
    // Without a zone of its own the driver would tell times in that of this process.
    this.#log = new ZongJi({ host, port, user, password, timezone: 'Z', ...exact, connectTimeout: 5000 })
    this.#log.on('error', (error: Error) => this.#fail(error))
    this.#log.on('binlog', (event: AnyBinlogEvent) => this.#hear(event))
    // Any number does that no other reader of the server has.
    const serverId = randomInt(1 << 16, 2 ** 32 - 1)
    this.#log.start({ serverId, gtidSet: start.gtids.text, includeSchema: { [database]: [options.table] } })
    // Asked for before the log is: the connection carries it out first.
    this.#connection?.query(`set @master_heartbeat_period = ${heartbeatMs * 1_000_000}`)
    this.#watch = setInterval(() => this.#checkSilence(), heartbeatMs)
  }

  /** Why it has ended; what it holds was read before. */
  get error(): Error | undefined {
    return this.#error
  }

  /** Up to where all has been read: the last transaction that is complete. */
  get gtids(): GtidPosition {
    return this.#gtids
  }

  /** The next changes that are here. */
  take(limit: number): LoggedChange[] {
    const taken = this.#held.splice(0, limit)
    if (this.#isPaused && this.#held.length < heldMax / 2) this.#resume()
    return taken
  }

  close(): void {
    clearInterval(this.#watch)
    this.#log.stop()
  }

  get #connection(): LogConnection | null {
    return (this.#log as unknown as { readonly connection: LogConnection | null }).connection
  }

  #fail(error: Error): void {
    this.#error ??= error
  }

  #hear(event: AnyBinlogEvent): void {
    this.#heardMs = performance.now()
    if (this.#error !== undefined) return
    try {
      this.#take(event)
    } catch (error) {
      this.#fail(error as Error)
    }
  }

  #take(event: AnyBinlogEvent): void {
    const name = event.getEventName()
    if (name === 'mariadbgtid') this.#begin(event as MariadbGtidEvent)
    else if (name === 'xid') this.#end()
    else if (name === 'query') this.#query(event as QueryEvent)
    else if (name === 'writerows' || name === 'updaterows' || name === 'deleterows') this.#rows(event as RowsEvent, name)
  }

  /** Whatever was before it is complete. */
  #begin(event: MariadbGtidEvent): void {
    this.#end()
    this.#transaction = event
    this.#changes = 0
  }

  #end(): void {
    if (this.#transaction === undefined) return
    this.#gtids = this.#gtids.with(this.#transaction.gtid)
    this.#transaction = undefined
  }

  #query({ query, schema }: QueryEvent): void {
    const { address, table, onStatement } = this.#options
    const statement = statementOn(query, { database: address.database, schema, table })
    if (statement !== undefined) onStatement(statement)
    if (this.#transaction?.standalone === true || /^\s*(commit|rollback)\s*$/i.test(query)) this.#end()
  }

  #rows(event: RowsEvent, name: 'writerows' | 'updaterows' | 'deleterows'): void {
    const columns = this.#columnsOf(event)
    for (const [index, logged] of (event as unknown as { readonly rows: readonly unknown[] }).rows.entries()) {
      this.#changes++
      if (this.#isBeforeStart()) continue
      this.#held.push({ ...this.#place(event, index), ...rowsOf(name, logged, columns), columns: columns.fields })
    }
    if (this.#held.length > heldMax && !this.#isPaused) this.#pause()
  }

  #isBeforeStart(): boolean {
    return this.#changes <= this.#start.changes && this.#gtids.compare(this.#start.gtids) === 0
  }

  /** The place of an event is where it begins: before its head of 19 bytes, its body, and a checksum. */
  #place(event: RowsEvent, index: number): Omit<LoggedChange, 'op' | 'before' | 'after'> {
    const { filename = '' } = this.#log.options
    const { serverId = 0, gtid = null } = this.#transaction ?? {}
    const position = positionText({ id: this.#options.id, gtids: this.#gtids, place: { changes: this.#changes } })
    const source = {
      connector: 'mariadb',
      file: filename,
      pos: event.nextPosition,
      server_id: serverId,
      gtid,
      row: index,
    } as const
    return { position, snapshot: 'false', timeMs: event.timestamp, source }
  }

  #columnsOf({ tableMap, tableId }: RowsEvent): SqlColumns {
    const columns = tableMap[tableId]!.columnSchemas.map(({ COLUMN_NAME: name, COLUMN_TYPE: type }) => ({ name, type }))
    const text = JSON.stringify(columns)
    const known = this.#columns.get(text) ?? sqlColumns(this.#options.table, columns)
    this.#columns.set(text, known)
    return known
  }

  #pause(): void {
    this.#isPaused = true
    this.#connection?.pause()
  }

  #resume(): void {
    this.#isPaused = false
    this.#heardMs = performance.now()
    this.#connection?.resume()
  }

  #checkSilence(): void {
    if (this.#isPaused || performance.now() - this.#heardMs < silenceMaxMs) return
    this.#fail(new SilentLogError(`The log of the database was silent for ${silenceMaxMs} ms.`))
  }
}

function rowsOf(
  name: 'writerows' | 'updaterows' | 'deleterows',
  logged: unknown,
  columns: SqlColumns,
): Pick<LoggedChange, 'op' | 'before' | 'after'> {
  type Values = Readonly<Record<string, unknown>>
  if (name === 'writerows') return { op: 'c', before: null, after: columns.rowOf(logged as Values) }
  if (name === 'deleterows') return { op: 'd', before: columns.rowOf(logged as Values), after: null }
  const { before, after } = logged as { readonly before: Values; readonly after: Values }
  return { op: 'u', before: columns.rowOf(before), after: columns.rowOf(after) }
}

/** What the library's connection has beside its declared face. */
interface LogConnection {
  query(sql: string): void
  pause(): void
  resume(): void
}
