import type { SQLInputValue } from 'node:sqlite'
import type { RowFilter, Rows } from '../../bank/ports.ts'
import type { PageRequest, Slice } from '../../platform/http/page.ts'
import type { BankDatabase } from './bank-database.ts'
import type { TableName } from './bank-schema.ts'
import { GroupCommit } from './group-commit.ts'

type Fields = Readonly<Record<string, SQLInputValue>>

/** Rows of one table, by the names that the bank has for its columns. */
export class SqliteRows<T extends { readonly id: number }, N extends object> implements Rows<T, N> {
  protected readonly database: BankDatabase
  protected readonly writes: GroupCommit
  readonly #table: TableName
  /** Name in the bank → name of the column. */
  readonly #columns: Readonly<Record<string, string>>
  readonly #selected: string

  constructor(database: BankDatabase, table: TableName, columns: Readonly<Record<keyof N & string, string>>) {
    this.database = database
    this.writes = new GroupCommit(database)
    this.#table = table
    this.#columns = columns
    const named = Object.entries<string>(columns).map(([name, column]) => `${column} as ${name}`)
    this.#selected = `select ${['id', ...named].join(', ')} from ${table}`
  }

  async list({ number, size }: PageRequest, { ids, afterId }: RowFilter = {}): Promise<Slice<T>> {
    const wanted: readonly (readonly [condition: string, value: SQLInputValue])[] = [
      ...(ids === undefined ? [] : [['id in (select value from json_each(?))', JSON.stringify(ids)] as const]),
      ...(afterId === undefined ? [] : [['id > ?', afterId] as const]),
    ]
    const where = wanted.length === 0 ? '' : ` where ${wanted.map(([condition]) => condition).join(' and ')}`
    const values = wanted.map(([, value]) => value)
    const rows = this.database.all<T>(`${this.#selected}${where} order by id limit ? offset ?`, ...values, size, number * size)
    return { rows, total: this.database.one<{ n: number }>(`select count(*) as n from ${this.#table}${where}`, ...values)!.n }
  }

  async get(id: number): Promise<T | undefined> {
    return this.find(id)
  }

  async insert(row: N): Promise<T> {
    return this.writes.run(() => this.add(row, {}))
  }

  async update(id: number, change: (current: T) => T): Promise<T | undefined> {
    return this.writes.run(() => {
      const current = this.find(id)
      if (current === undefined) return undefined
      const next = change(current) as unknown as Fields
      const names = Object.keys(this.#columns)
      const assigned = names.map((name) => `${this.#columns[name]} = ?`).join(', ')
      this.database.run(`update ${this.#table} set ${assigned} where id = ?`, ...names.map((name) => next[name]!), id)
      return this.find(id)
    })
  }

  async delete(id: number, check: (current: T) => void): Promise<boolean> {
    return this.writes.run(() => {
      const current = this.find(id)
      if (current !== undefined) check(current)
      return this.database.run(`delete from ${this.#table} where id = ?`, id).changes > 0
    })
  }

  protected find(id: number): T | undefined {
    return this.database.one<T>(`${this.#selected} where id = ?`, id)
  }

  /** `more` are columns that the bank has no names for. */
  protected add(row: N, more: Fields): T {
    const fields = row as Fields
    const names = Object.keys(this.#columns)
    const columns = [...names.map((name) => this.#columns[name]!), ...Object.keys(more)]
    const sql = `insert into ${this.#table} (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`
    const { id } = this.database.run(sql, ...names.map((name) => fields[name]!), ...Object.values(more))
    return Object.fromEntries([['id', id], ...names.map((name) => [name, fields[name]])]) as T
  }
}
