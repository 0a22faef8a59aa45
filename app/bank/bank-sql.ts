export type SqlValue = string | number | null

/**
 * Direct SQL beside the write APIs, in words that SQLite and MariaDB have in common. Times are texts in ISO 8601, amounts texts. An adapter may
 * answer at once or later.
 */
export interface BankSql {
  /** SQL for the hundredths of the column `amount`. */
  readonly cents: string
  /** SQL for an amount that no reader of the pipeline takes. */
  readonly poison: string
  one<T>(sql: string, ...values: SqlValue[]): T | undefined | Promise<T | undefined>
  all<T>(sql: string, ...values: SqlValue[]): T[] | Promise<T[]>
  run(sql: string, ...values: SqlValue[]): unknown
  close(): void | Promise<void>
}
