/**
 * Random writes through the one port of the pipeline, rows by SQL that no rule allows, random kills of all that is behind the port, and a
 * page that is cut off and loaded again. At the end the read API, and the rows of the page, must be the join in SQL.
 *
 *     node --conditions=millrace-source test/app/chaos-pipeline.ts [--writes 1000] [--kills 3] [--seed 1] [--enrichers 3] [--bad 20] [--dir D]
 */
import { createWriteStream } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { seededChance } from '../../lib/clock/chance.ts'
import type { Chance } from '../../lib/clock/chance.ts'
import { BankDatabase } from '../../app/adapters/sqlite/bank-database.ts'
import type { Batch, FeedRecord, State, TransferRow } from '../../app/contracts/feed.ts'
import { readEvents } from '../../app/feed/relay/event-stream.ts'
import { awaitEqual, awaitJoin } from '../../app/pipeline/expected.ts'
import { openSupervised } from '../../app/pipeline/supervisor/open-supervised.ts'
import type { Supervised } from '../../app/pipeline/supervisor/open-supervised.ts'
import type { Supervisor } from '../../app/pipeline/supervisor/supervisor.ts'
import type { Document } from '../../app/sink/document-store.ts'
import { writeBadRow } from './kill-pipeline.ts'
import { twiceInDirectory } from './twice.ts'

export interface ChaosOptions {
  readonly writes: number
  readonly kills: number
  readonly seed: number
  readonly enrichers: number
  readonly badRows: number
  readonly dir: string
}

export interface ChaosOutcome {
  readonly acknowledged: number
  readonly kills: number
  /** How often the page was cut off and went on, and how often it was loaded again. */
  readonly cuts: number
  readonly reloads: number
  /** What differs from the join in SQL. */
  readonly readApi: readonly string[]
  readonly page: readonly string[]
  /** Ranges that did not follow the one before on the page. */
  readonly gaps: number
  /** What topics have twice for readers of committed records. */
  readonly twice: readonly string[]
  /** Users whose balance is not that of SQL. */
  readonly balancesApart: number | null
  /** Ids that two keys have, or that SQL does not have though they were acknowledged and not deleted. */
  readonly lost: readonly number[]
}

const writersAtOnce = 6
const json = { 'content-type': 'application/json' }

/** What a page knows from state and feed. It is cut off now and then, and goes on behind its last event. */
class FeedPage {
  readonly #url: string
  readonly #chance: Chance
  readonly #rows = new Map<string, TransferRow>()
  readonly #next = new Map<string, number>()
  #cutting = new AbortController()
  #isOver = false
  #running: Promise<void>
  cuts = 0
  reloads = 0
  gaps = 0

  constructor(url: string, chance: Chance) {
    this.#url = url
    this.#chance = chance
    this.#running = this.#run()
  }

  rows(): readonly Document[] {
    return [...this.#rows.values()].map((row) => ({ ...row }))
  }

  async close(): Promise<void> {
    this.#isOver = true
    this.#cutting.abort()
    await this.#running
  }

  /** A connection that breaks, or a reader who loads the page again. */
  disturb(): void {
    this.#cutting.abort()
  }

  async #run(): Promise<void> {
    let at: string | null = null
    while (!this.#isOver) {
      this.#cutting = new AbortController()
      at ??= await this.#load()
      try {
        at = await this.#follow(at)
      } catch {
        at = this.#last
      }
      if (this.#chance.float() < 0.3) at = null
      if (at === null) this.reloads++
      else this.cuts++
      await delay(20)
    }
  }

  #last = ''

  async #load(): Promise<string> {
    const state = (await (await fetch(`${this.#url}/api/state`)).json()) as State
    this.#rows.clear()
    for (const record of state.transfers) this.#take(record)
    this.#next.clear()
    for (const [topic, offsets] of Object.entries(state.positions))
      offsets.forEach((offset, p) => this.#next.set(`${topic}-${p}`, offset))
    this.#last = state.vector
    return state.vector
  }

  /** Resolves with null where the state must be read again. */
  async #follow(at: string): Promise<string | null> {
    const { signal } = this.#cutting
    const answer = await fetch(`${this.#url}/api/feed?at=${encodeURIComponent(at)}`, { signal })
    for await (const { type, id, text } of readEvents(answer.body! as never)) {
      if (type === 'reset') return null
      if (type !== 'batch') continue
      this.#apply(JSON.parse(text) as Batch)
      this.#last = id!
    }
    return this.#last
  }

  #apply({ ranges, records }: Batch): void {
    for (const { topic, p, from, to } of ranges) {
      const key = `${topic}-${p}`
      if (this.#next.get(key) !== from) this.gaps++
      this.#next.set(key, to)
    }
    for (const record of records) this.#take(record)
  }

  #take(record: FeedRecord): void {
    if (record.kind !== 'transfer') return
    if (record.value === null) this.#rows.delete(record.key!)
    else this.#rows.set(record.key!, record.value)
  }
}

/** Random writes; it remembers what is there, so that most of them are valid. A POST is repeated with its key until it is answered. */
class Writer {
  readonly #url: string
  readonly #chance: Chance
  readonly #users: number[] = []
  readonly #transfers: number[] = []
  readonly #deleted = new Set<number>()
  readonly made: number[] = []
  acknowledged = 0

  constructor(url: string, chance: Chance) {
    this.#url = url
    this.#chance = chance
  }

  /** Ids that must be in SQL. */
  get kept(): readonly number[] {
    return this.made.filter((id) => !this.#deleted.has(id))
  }

  async write(): Promise<void> {
    const dice = this.#users.length < 10 ? 0 : this.#chance.float()
    const transfers = this.#transfers.length > 0
    if (dice < 0.06) await this.#post('/api/users', { name: `User ${this.#chance.uuid().slice(0, 8)}` }, this.#users)
    else if (dice < 0.12) await this.#send('PATCH', `/api/users/${this.#pick(this.#users)}`, { name: `R ${this.#chance.uuid()}` })
    else if (dice < 0.14) await this.#send('DELETE', `/api/users/${this.#take(this.#users)}`)
    else if (dice < 0.2 && transfers) await this.#deleteTransfer()
    else if (dice < 0.35 && transfers)
      await this.#send('PATCH', `/api/transfers/${this.#pick(this.#transfers)}`, { amount: this.#amount() })
    else if (dice < 0.42 && transfers)
      await this.#send('PATCH', `/api/transfers/${this.#pick(this.#transfers)}`, { status: 'REVERSED' })
    else await this.#post('/api/transfers', this.#transfer(), this.#transfers)
  }

  #transfer(): object {
    return { fromUserId: this.#pick(this.#users), toUserId: this.#pick(this.#users), amount: this.#amount() }
  }

  async #deleteTransfer(): Promise<void> {
    const id = this.#take(this.#transfers)
    this.#deleted.add(id)
    await this.#send('DELETE', `/api/transfers/${id}`)
  }

  async #post(path: string, body: object, ids: number[]): Promise<void> {
    const key = this.#chance.uuid()
    for (;;) {
      const answer = await this.#send('POST', path, body, { 'idempotency-key': key })
      if (answer === null) {
        await delay(100)
        continue
      }
      if (answer.id === undefined) return
      ids.push(answer.id)
      if (path === '/api/transfers') this.made.push(answer.id)
      return
    }
  }

  /** Null: nobody knows what became of it. */
  async #send(method: string, path: string, body?: object, headers: object = {}): Promise<{ readonly id?: number } | null> {
    try {
      const content = body === undefined ? {} : { headers: { ...json, ...headers }, body: JSON.stringify(body) }
      const answer = await fetch(this.#url + path, { method, ...content })
      const text = await answer.text()
      if (answer.status >= 500) return null
      if (answer.ok) this.acknowledged++
      return answer.ok && text !== '' ? (JSON.parse(text) as { readonly id: number }) : {}
    } catch {
      return null
    }
  }

  #amount(): string {
    return `${1 + Math.floor(this.#chance.float() * 9999)}.${Math.floor(10 + this.#chance.float() * 90)}`
  }

  #pick(ids: readonly number[]): number {
    return ids[Math.floor(this.#chance.float() * ids.length)] ?? 1
  }

  #take(ids: number[]): number {
    return ids.splice(Math.floor(this.#chance.float() * ids.length), 1)[0] ?? 1
  }
}

export async function chaosPipeline(options: ChaosOptions): Promise<ChaosOutcome> {
  const outcome = await chaos(options)
  return { ...outcome, twice: await twiceInDirectory(options.dir) }
}

async function chaos(options: ChaosOptions): Promise<Omit<ChaosOutcome, 'twice'>> {
  const { enrichers, dir } = options
  const base = {
    kafka: undefined,
    dir,
    mode: 'run',
    page: 'no page',
    port: 0,
    rate: null,
    log: 'file',
    demo: 'always',
    avroMode: 'registry',
    guarantee: 'exactly_once_v2',
  } as const
  await using supervised = await openSupervised({ ...base, enrichers }, dir, createWriteStream(join(dir, 'pipeline.log')))
  return await Promise.race([torment(supervised, options), supervised.supervisor.failure])
}

async function torment(
  { supervisor, url }: Supervised,
  { writes, kills, seed, badRows, dir }: ChaosOptions,
): Promise<Omit<ChaosOutcome, 'twice'>> {
  const chance = seededChance(seed)
  await supervisor.ready()
  const page = new FeedPage(url, chance)
  const writer = new Writer(url, chance)
  const moments = Array.from({ length: kills }, () => Math.floor(chance.float() * writes)).sort((left, right) => left - right)
  let isOver = false
  const writing = Array.from({ length: writersAtOnce }, async () => {
    while (!isOver) await writer.write()
  })
  let killed = 0
  let bad = 0
  while (writer.acknowledged < writes || killed < kills) {
    await delay(50)
    if (chance.float() < 0.03) page.disturb()
    if (bad < badRows && writer.acknowledged > ((bad + 1) * writes) / (badRows + 1)) writeBadRow(dir, bad++)
    if (killed < kills && writer.acknowledged >= moments[killed]! && supervisor.kill() !== null) killed++
  }
  isOver = true
  await Promise.all(writing)
  while (supervisor.urls === null) await delay(50)
  const outcome = await compare(dir, supervisor.urls.read, page, writer)
  const balancesApart = await balancesApartIn(supervisor, 30_000)
  await page.close()
  return {
    acknowledged: writer.acknowledged,
    kills: killed,
    cuts: page.cuts,
    reloads: page.reloads,
    ...outcome,
    balancesApart,
    gaps: page.gaps,
  }
}

/** Balances follow what settlement has decided, which is compared once a second. */
async function balancesApartIn({ ledger }: Supervisor, timeoutMs: number): Promise<number | null> {
  const endMs = Date.now() + timeoutMs
  while (ledger.sql?.balancesApart !== 0 && Date.now() < endMs) await delay(50)
  return ledger.sql?.balancesApart ?? null
}

async function compare(
  dir: string,
  readUrl: string,
  page: FeedPage,
  writer: Writer,
): Promise<Pick<ChaosOutcome, 'readApi' | 'page' | 'lost'>> {
  using stack = new DisposableStack()
  const open = (table: 'users' | 'transfers') =>
    stack.adopt(new BankDatabase(join(dir, `${table}.db`), table), (database) => database.close())
  const databases = { users: open('users'), transfers: open('transfers') }
  const readApi = await awaitEqual(readUrl, databases, 60_000)
  const differences = await awaitJoin(() => page.rows(), databases, 30_000)
  const inSql = new Set(databases.transfers.all<{ readonly id: number }>('select id from transfers').map(({ id }) => id))
  const doubled = writer.made.filter((id, index) => writer.made.indexOf(id) !== index)
  return { readApi, page: differences, lost: [...doubled, ...writer.kept.filter((id) => !inSql.has(id))] }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      writes: { type: 'string', default: '1000' },
      kills: { type: 'string', default: '3' },
      seed: { type: 'string', default: '1' },
      enrichers: { type: 'string', default: '1' },
      bad: { type: 'string', default: '20' },
      dir: { type: 'string' },
    },
  })
  const dir = values.dir ?? (await mkdtemp(join(tmpdir(), 'millrace-chaos-')))
  const started = Date.now()
  const [writes, kills, seed, enrichers] = [values.writes, values.kills, values.seed, values.enrichers].map(Number) as [
    number,
    number,
    number,
    number,
  ]
  const outcome = await chaosPipeline({ writes, kills, seed, enrichers, badRows: Number(values.bad), dir })
  console.log({ ...outcome, seconds: (Date.now() - started) / 1000, dir })
  process.exitCode = [...outcome.readApi, ...outcome.page, ...outcome.lost, ...outcome.twice].length + outcome.gaps === 0 ? 0 : 1
}
