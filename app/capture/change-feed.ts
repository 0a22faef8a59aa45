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
  readonly source: { readonly file: string; readonly pos: number }
}

export interface Row {
  readonly id: number
  readonly [column: string]: unknown
}

/** The changes of one table of a database, in the order of commits. */
export interface ChangeFeed {
  /** From a position on, that one included; null: all that the database still has. */
  from(position: string | null, limit: number): Promise<readonly LoggedChange[]>
  after(position: string, limit: number): Promise<readonly LoggedChange[]>
  /** The position of the newest change; null: there was none yet. */
  newest(): Promise<string | null>
  /** Negative, 0 or positive; undefined where one of them is of another database. */
  compare(left: string, right: string): number | undefined
  /** Replaces what is left by all rows as they are (op `r`), without gap or overlap with the changes that follow. */
  snapshot(): Promise<void>
  /** Changes up to here are read, and need not be kept. */
  acknowledge(position: string): Promise<void>
}
