import { awaitEqual } from './expected.ts'
import type { Pipeline } from './pipeline.ts'

const timeoutMs = 60_000

/** What is verified: the APIs, and the databases behind them. */
export type Verified = Pick<Pipeline, 'usersUrl' | 'transfersUrl' | 'readUrl' | 'users' | 'transfers'>

/** Plays a script through the HTTP APIs. After each act the read API must come to equal the join in SQL. Resolves with the exit code. */
export async function verify(pipeline: Verified, print: (line: string) => void): Promise<number> {
  const script = new Script(pipeline)
  let failed = 0
  for (const [name, act] of script.acts()) {
    const startMs = performance.now()
    await act()
    const differences = await awaitEqual(pipeline.readUrl, pipeline, timeoutMs)
    print(`${differences.length === 0 ? 'ok    ' : 'FAILED'} ${name} (${Math.round(performance.now() - startMs)} ms)`)
    for (const difference of differences) print(`       ${difference}`)
    if (differences.length > 0) failed++
  }
  print(failed === 0 ? 'The read API equals the join in SQL.' : `${failed} acts failed.`)
  return failed === 0 ? 0 : 1
}

class Script {
  readonly #pipeline: Verified
  #users: number[] = []
  #transfers: number[] = []

  constructor(pipeline: Verified) {
    this.#pipeline = pipeline
  }

  acts(): [name: string, act: () => Promise<unknown>][] {
    return [
      ['users and transfers are made', () => this.#seed()],
      ['settlement completes them, but for one that is too large', () => this.#settled()],
      ['SQL: an amount is amended', () => this.#amend()],
      ['a transfer is reversed', () => this.#call('PATCH', `/transfers/${this.#transfers[1]}`, { status: 'REVERSED' })],
      ['a user is renamed', () => this.#call('PATCH', `/users/${this.#users[1]}`, { name: 'Bruno Costa' })],
      ['a transfer is deleted', () => this.#call('DELETE', `/transfers/${this.#transfers[0]}`)],
      ['a user is deleted, his transfers stay', () => this.#call('DELETE', `/users/${this.#users[2]}`)],
      ['SQL: a transfer comes before its user', () => this.#sqlTransfer(this.#unusedId(1))],
      ['SQL: its user arrives', () => this.#sqlUser(this.#unusedId(1), 'Efe')],
      ['SQL: a transfer to a user who never comes', () => this.#sqlTransfer(this.#unusedId(2))],
      ['SQL: a transfer moves to another user', () => this.#moveTransfer()],
      ['the user it left is renamed', () => this.#call('PATCH', `/users/${this.#users[0]}`, { name: 'Amara Diallo' })],
    ]
  }

  async #seed(): Promise<void> {
    for (const name of ['Amara', 'Bruno', 'Chidi', 'Dalia']) this.#users.push(await this.#create('/users', { name }))
    const parties = [
      [0, 1, '10.00'],
      [1, 2, '100.00'],
      [3, 0, '1000.00'],
      [2, 3, '9999999999999999.99'],
    ] as const
    for (const [from, to, amount] of parties)
      this.#transfers.push(await this.#create('/transfers', { fromUserId: this.#users[from], toUserId: this.#users[to], amount }))
  }

  /** Waits until settlement has decided all, and checks what. */
  async #settled(): Promise<void> {
    const endMs = Date.now() + timeoutMs
    const sql = 'select status from transfers where id = ?'
    const statusOf = async (id: number): Promise<string> =>
      (await this.#pipeline.transfers.one<{ status: string }>(sql, id))!.status
    const statuses = async (): Promise<string> => (await Promise.all(this.#transfers.map(statusOf))).join(', ')
    while ((await statuses()).includes('PENDING')) {
      if (Date.now() > endMs) throw new Error(`Transfers are not settled after ${timeoutMs} ms: ${await statuses()}.`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    const settled = await statuses()
    if (settled !== 'COMPLETED, COMPLETED, COMPLETED, FAILED') throw new Error(`Settled are ${settled}.`)
  }

  /** The write API amends only what is PENDING; SQL does not ask. */
  async #amend(): Promise<void> {
    await this.#pipeline.transfers.run('update transfers set amount = ? where id = ?', '12.50', this.#transfers[2]!)
  }

  /** Far beyond the users of this run, so that the script can run again on the same data. */
  #unusedId(number: number): number {
    return this.#users.at(-1)! + number * 1_000_000
  }

  /** The write API refuses unknown users; SQL does not. */
  async #sqlTransfer(toUserId: number): Promise<void> {
    const now = new Date().toISOString()
    const insert = 'insert into transfers (from_user_id, to_user_id, amount, created_at, last_updated_at) values (?, ?, ?, ?, ?)'
    await this.#pipeline.transfers.run(insert, this.#users[0]!, toUserId, '7.5', now, now)
  }

  async #sqlUser(id: number, name: string): Promise<void> {
    const now = new Date().toISOString()
    const insert = 'replace into users (id, name, created_at, last_updated_at) values (?, ?, ?, ?)'
    await this.#pipeline.users.run(insert, id, name, now, now)
  }

  async #moveTransfer(): Promise<void> {
    await this.#pipeline.transfers.run('update transfers set to_user_id = ? where id = ?', this.#users[1]!, this.#transfers[2]!)
  }

  async #create(path: string, body: object): Promise<number> {
    return ((await this.#call('POST', path, body)) as { readonly id: number }).id
  }

  async #call(method: string, path: string, body?: object): Promise<unknown> {
    const { usersUrl, transfersUrl } = this.#pipeline
    const content = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
    const answer = await fetch(`${path.startsWith('/users') ? usersUrl : transfersUrl}${path}`, { method, ...content })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path} answers ${answer.status}: ${text}`)
    return text === '' ? null : JSON.parse(text)
  }
}
