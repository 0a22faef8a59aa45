import type { ConnectField } from './connect-json.ts'

/** A change of a row, as a database tells of it. */
export interface LoggedChange {
  /** Where the change stands among all of its database: opaque, {@link ChangeFeed.compare} knows the order. */
  readonly position: string
  readonly op: 'c' | 'u' | 'd' | 'r'
  readonly before: Row | null
  readonly after: Row | null
  /** `false`, or Debezium's word for the place within the snapshot. */
  readonly snapshot: string
  readonly timeMs: number
  /** What the database itself says of the place, for the envelope's `source`. */
  readonly source: ChangeSource
  /** The columns of the row as they were then. Default: those that the pipeline knows of the table. */
  readonly columns?: readonly ConnectField[]
}

/** The place of a change in the words of Debezium's connectors. */
interface ChangeSource {
  readonly connector: 'sqlite' | 'mariadb'
  readonly file: string
  readonly pos: number
  readonly server_id: number
  readonly gtid: string | null
  /** Its number among the rows of one event. */
  readonly row: number
}

export interface Row {
  readonly id: number
  readonly [column: string]: unknown
}

/** What a database says of a position: its own, of another database, or ahead of it, so that this is an older copy. */
export type Origin = 'own' | 'other database' | 'ahead'

/** The changes of one table of a database, in the order of commits. */
export interface ChangeFeed {
  /** Changes behind a position, at most so many; none: there is nothing new. Null: all that the database still keeps. */
  after(position: string | null, limit: number): Promise<readonly LoggedChange[]>
  /** Whether the database can have given the position. */
  originOf(position: string): Promise<Origin>
  /** Negative, 0 or positive; undefined where one of them is of another database. */
  compare(left: string, right: string): number | undefined
  /**
   * Resolves with a position behind which come all rows as they are (op `r`), and then the changes that follow, without gap or overlap.
   * Behind that position, or one of a row of the snapshot, the same rows come again, whatever has changed meanwhile.
   */
  snapshot(): Promise<string>
  /** Changes up to here are read, and need not be kept. */
  acknowledge(position: string): Promise<void>
}
