import type { RowFilter, Rows } from '../../bank/ports.ts'
import type { PageRequest, Slice } from '../../platform/http/page.ts'
import type { MariadbDatabase, Session } from './mariadb-database.ts'
import { isoTime, sqlTime } from './times.ts'

type Value = string | number | null
type Fields = Readonly<Record<string, Value>>

/** Rows of one table, by the names that the bank has for its columns. */
export class MariadbRows<T extends { readonly id: number }, N extends object> implements Rows<T, N> {
  protected readonly database: MariadbDatabase
  readonly #table: string
  /** Name in the bank → name of the column. */
  readonly #columns: Readonly<Record<string, string>>
  readonly #selected: string

  constructor(database: MariadbDatabase, table: string, columns: Readonly<Record<keyof N & string, string>>) {
    this.database = database
    this.#table = table
    this.#columns = columns
    const named = Object.entries<string>(columns).map(([name, column]) => `${column} as ${name}`)
    this.#selected = `select ${['id', ...named].join(', ')} from ${table}`
  }

  async list({ number, size }: PageRequest, { ids, afterId }: RowFilter = {}): Promise<Slice<T>> {
    const wanted: readonly (readonly [condition: string, value: number | readonly number[]])[] = [
      // The id 0, so that the list is never empty: SQL has no empty one.
      ...(ids === undefined ? [] : [['id in (?)', [0, ...ids]] as const]),
      ...(afterId === undefined ? [] : [['id > ?', afterId] as const]),
    ]
    const where = wanted.length === 0 ? '' : ` where ${wanted.map(([condition]) => condition).join(' and ')}`
    const values = wanted.map(([, value]) => value)
    const page = `${this.#selected}${where} order by id limit ? offset ?`
    const [rows, counted] = await Promise.all([
      this.database.all<T>(page, [...values, size, number * size]),
      this.database.one<{ n: number }>(`select count(*) as n from ${this.#table}${where}`, values),
    ])
    return { rows: rows.map(fromSql), total: Number(counted!.n) }
  }

  get(id: number): Promise<T | undefined> {
    return this.find(this.database, id)
  }

  insert(row: N): Promise<T> {
    return this.add(this.database, row, {})
  }

  update(id: number, change: (current: T) => T): Promise<T | undefined> {
    return this.database.transact(async (session) => {
      const current = await this.#locked(session, id)
      if (current === undefined) return undefined
      const next = change(current) as unknown as Fields
      const names = Object.keys(this.#columns)
      const assigned = names.map((name) => `${this.#columns[name]} = ?`).join(', ')
      await session.run(`update ${this.#table} set ${assigned} where id = ?`, [
        ...names.map((name) => toSql(name, next[name])),
        id,
      ])
      return this.find(session, id)
    })
  }

  delete(id: number, check: (current: T) => void): Promise<boolean> {
    return this.database.transact(async (session) => {
      const current = await this.#locked(session, id)
      if (current === undefined) return false
      check(current)
      return (await session.run(`delete from ${this.#table} where id = ?`, [id])).changes > 0
    })
  }

  protected async find(session: Session, id: number): Promise<T | undefined> {
    const row = await session.one<T>(`${this.#selected} where id = ?`, [id])
    return row && fromSql(row)
  }

  /** `more` are columns that the bank has no names for. */
  protected async add(session: Session, row: N, more: Fields): Promise<T> {
    const fields = row as Fields
    const names = Object.keys(this.#columns)
    const columns = [...names.map((name) => this.#columns[name]!), ...Object.keys(more)]
    const sql = `insert into ${this.#table} (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`
    const { id } = await session.run(sql, [...names.map((name) => toSql(name, fields[name])), ...Object.values(more)])
    return Object.fromEntries([['id', id], ...names.map((name) => [name, fields[name]])]) as T
  }

  /** Nobody changes the row before the end of the transaction. */
  async #locked(session: Session, id: number): Promise<T | undefined> {
    const row = await session.one<T>(`${this.#selected} where id = ? for update`, [id])
    return row && fromSql(row)
  }
}

const times: ReadonlySet<string> = new Set(['createdAt', 'lastUpdatedAt'])

function toSql(name: string, value: Value | undefined): Value {
  return times.has(name) ? sqlTime(value as string) : (value ?? null)
}

/** A row with times in ISO 8601. */
export function fromSql<T extends object>(row: T): T {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, times.has(name) ? isoTime(value as string) : (value as unknown)]),
  ) as T
}
