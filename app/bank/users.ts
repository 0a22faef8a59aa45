import { checkIfMatch } from '../platform/http/etag.ts'
import type { PageRequest, Slice } from '../platform/http/page.ts'
import { notFound } from '../platform/http/problem.ts'
import type { RowFilter, User, UserRows } from './ports.ts'
import { checkName } from './rules.ts'

/** The users of the bank, and their rules. `now` gives ISO times. */
export class Users {
  readonly #rows: UserRows
  readonly #now: () => string

  constructor(rows: UserRows, now: () => string) {
    this.#rows = rows
    this.#now = now
  }

  list(request: PageRequest, filter?: RowFilter): Promise<Slice<User>> {
    return this.#rows.list(request, filter)
  }

  async get(id: number): Promise<User> {
    return found(id, await this.#rows.get(id))
  }

  async create(name: string): Promise<User> {
    const now = this.#now()
    return this.#rows.insert({ name: checkName(name), createdAt: now, lastUpdatedAt: now })
  }

  async rename(id: number, name: string, ifMatch: string | undefined): Promise<User> {
    const renamed = await this.#rows.update(id, (current) => {
      checkIfMatch(ifMatch, current)
      return { ...current, name: checkName(name), lastUpdatedAt: this.#now() }
    })
    return found(id, renamed)
  }

  async delete(id: number, ifMatch: string | undefined): Promise<void> {
    if (!(await this.#rows.delete(id, (current) => checkIfMatch(ifMatch, current)))) throw notFound('user', id)
  }
}

function found(id: number, user: User | undefined): User {
  if (user === undefined) throw notFound('user', id)
  return user
}
