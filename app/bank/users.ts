import type { DatabaseSync } from 'node:sqlite'
import type { Page, PageRequest } from '../platform/http/page.ts'
import { page } from '../platform/http/page.ts'
import { notFound } from '../platform/http/problem.ts'
import { checkName } from './rules.ts'

export interface User {
  readonly id: number
  readonly name: string
  readonly createdAt: string
  readonly lastUpdatedAt: string
}

const selected = 'select id, name, created_at as createdAt, last_updated_at as lastUpdatedAt from users'

/** The users of the bank. `now` gives ISO times. */
export class Users {
  readonly #database: DatabaseSync
  readonly #now: () => string

  constructor(database: DatabaseSync, now: () => string) {
    this.#database = database
    this.#now = now
  }

  list(request: PageRequest): Page<User> {
    return page<User>(this.#database, { table: 'users', selected, request })
  }

  has(id: number): boolean {
    return this.#database.prepare('select 1 from users where id = ?').get(id) !== undefined
  }

  get(id: number): User {
    const user = this.#database.prepare(`${selected} where id = ?`).get(id)
    if (user === undefined) throw notFound('user', id)
    return { ...user } as unknown as User
  }

  create({ name }: { readonly name?: unknown }): User {
    const now = this.#now()
    const insert = this.#database.prepare('insert into users (name, created_at, last_updated_at) values (?, ?, ?)')
    return this.get(Number(insert.run(checkName(name), now, now).lastInsertRowid))
  }

  rename(id: number, { name }: { readonly name?: unknown }): User {
    this.get(id)
    this.#database.prepare('update users set name = ?, last_updated_at = ? where id = ?').run(checkName(name), this.#now(), id)
    return this.get(id)
  }

  delete(id: number): void {
    if (this.#database.prepare('delete from users where id = ?').run(id).changes === 0) throw notFound('user', id)
  }
}
