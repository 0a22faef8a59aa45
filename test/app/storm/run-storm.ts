import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { kafka } from '../../../lib/index.ts'
import { BankDatabase } from '../../../app/adapters/sqlite/bank-database.ts'
import { SqliteDocumentStore } from '../../../app/adapters/sqlite/sqlite-document-store.ts'
import { awaitJoin } from '../../../app/pipeline/expected.ts'
import { openSupervised } from '../../../app/pipeline/supervisor/open-supervised.ts'
import type { Supervised } from '../../../app/pipeline/supervisor/open-supervised.ts'
import { twiceInDirectory } from '../twice.ts'
import { BadRecords } from './bad-records.ts'
import type { BadRecord, StormUsers } from './bad-records.ts'
import { DocumentWatch, drainedAt, outside } from './latencies.ts'
import type { Outage, Passage } from './latencies.ts'
import { allLetters, faultsOfLetters } from './letters.ts'
import { LetterDesk, awaited, mendedBy } from './mend.ts'
import { registerAs } from './other-registry.ts'
import { openSurroundings } from './surroundings.ts'
import type { Failing, Surroundings } from './surroundings.ts'

export interface StormOptions {
  readonly dir: string
  /** Good records a second. */
  readonly rate: number
  readonly seconds: number
  /** Of 100 records so many are bad. */
  readonly badPercent: number
  readonly outageMs: Readonly<Record<Failing, number>>
}

export interface StormOutcome {
  /** Ms from SQL to the document, of good records outside of outages, in order. */
  readonly latencies: readonly number[]
  readonly outages: readonly Outage[]
  readonly good: number
  readonly bad: number
  readonly letters: number
  /** What is wrong; empty where nothing is. */
  readonly faults: readonly string[]
}

/** Beyond the documents of all users but one. */
const documentBytesMax = 700
/** An id that no schema has, and that a registry soon reaches. */
const lateSchemaId = 200
const warmUpMaxMs = 10_000
const drainMs = 180_000
/** Where in the run each begins, as a share of it. */
const begins: readonly (readonly [Failing, number])[] = [
  ['registry', 0.15],
  ['store', 0.4],
  ['broker', 0.65],
]

/** Load, outages, and bad records if there are to be any; then all is mended and compared with SQL. */
export async function runStorm(options: StormOptions): Promise<StormOutcome> {
  const { dir } = options
  await using surroundings = await openSurroundings(dir)
  const storm = new Storm(options, surroundings)
  const first = await storm.under(documentBytesMax, (supervised) => storm.rage(supervised))
  const faults = await storm.under(undefined, (supervised) => storm.settle(supervised))
  await surroundings[Symbol.asyncDispose]()
  return { ...first, faults: [...first.faults, ...faults, ...(await twiceInDirectory(dir))] }
}

class Storm {
  readonly #options: StormOptions
  readonly #surroundings: Surroundings
  readonly #acknowledged = new Set<number>()
  #bads: BadRecords['made'] = []

  constructor(options: StormOptions, surroundings: Surroundings) {
    this.#options = options
    this.#surroundings = surroundings
  }

  /** Starts the pipeline, whose store refuses documents beyond a size, and stops it again. */
  async under<T>(bytesMax: number | undefined, run: (supervised: Supervised) => Promise<T>): Promise<T> {
    const { dir } = this.#options
    const { kafka: servers, registry } = this.#surroundings
    const options = {
      kafka: servers,
      registry,
      dir,
      mode: 'run',
      page: 'no page',
      port: 0,
      rate: null,
      enrichers: 1,
      log: 'file',
      demo: 'always',
      avroMode: 'registry',
      guarantee: 'exactly_once_v2',
      documentBytesMax: bytesMax,
    } as const
    const output = createWriteStream(join(dir, 'pipeline.log'), { flags: 'a' })
    await using supervised = await openSupervised(options, dir, output)
    const started = supervised.supervisor.ready().then(() => run(supervised))
    return await Promise.race([started, supervised.supervisor.failure])
  }

  async rage({ supervisor, url }: Supervised): Promise<StormOutcome> {
    const { dir, rate, seconds, badPercent } = this.#options
    await awaited(() => supervisor.generator.hasUsers, 30_000)
    await using bad = await BadRecords.open(dir, this.#surroundings.kafka, await makeUsers(url), lateSchemaId)
    using watch = new DocumentWatch(join(dir, 'documents.db'))
    const note = (): void => {
      for (const [, id] of supervisor.ledger.proof(0).entries) this.#acknowledged.add(id)
    }
    supervisor.changeGenerator({ running: true, rate })
    await delay(Math.min(warmUpMaxMs, seconds * 200))
    const startMs = Date.now()
    const poisoning = badPercent === 0 ? undefined : setInterval(() => bad.begin(), 100_000 / (rate * badPercent))
    const noting = setInterval(note, 20_000)
    const away = await this.#fail(startMs)
    await delay(startMs + seconds * 1000 - Date.now())
    for (const timer of [poisoning, noting]) clearInterval(timer)
    supervisor.changeGenerator({ running: false })
    const isSent = await awaited(() => supervisor.system().waiting === 0, drainMs)
    await bad.written()
    note()
    this.#bads = bad.made
    const isSeen = await awaited(() => [...this.#acknowledged].every((id) => watch.seenAt.has(id)), drainMs)
    const faults = [
      ...(isSent ? [] : [`${supervisor.system().waiting} writes are not acknowledged`]),
      ...(isSeen ? [] : [this.#lostText(watch)]),
      ...(supervisor.system().outage === null ? [] : ['the process with the applications has died']),
    ]
    const passages = this.#passages(watch, startMs)
    const outages = away.map((one) => ({ ...one, drainedAt: drainedAt(passages, one) }))
    const [letters, ofLetters] = await this.#checkLetters(url)
    faults.push(...ofLetters, ...(await this.#mendHere(url, bad, watch)))
    return {
      latencies: outside(passages, outages),
      outages,
      good: this.#acknowledged.size,
      bad: bad.made.length,
      letters,
      faults,
    }
  }

  /** The store takes what it has refused; then nothing may be left, and SQL and documents are the same. */
  async settle({ url }: Supervised): Promise<readonly string[]> {
    const desk = await LetterDesk.open(url)
    const large = mendedBy('enlarge and replay', this.#bads)
    const faults = [...(await desk.replay(large))]
    using watch = new DocumentWatch(join(this.#options.dir, 'documents.db'))
    if (!(await awaited(() => large.every(({ id }) => watch.seenAt.has(id)), 60_000)))
      faults.push('documents are missing that the store takes now')
    await desk.discard(this.#bads)
    const left = (await allLetters(url)).filter(({ state }) => state !== 'discarded')
    if (left.length > 0) faults.push(`${left.length} letters are left in the list`)
    return [...faults, ...(await this.#compare())]
  }

  /** Takes away what the pipeline needs, one after the other. */
  async #fail(startMs: number): Promise<readonly Omit<Outage, 'drainedAt'>[]> {
    const { seconds, outageMs } = this.#options
    const outages: Omit<Outage, 'drainedAt'>[] = []
    for (const [of, share] of begins) {
      await delay(Math.max(0, startMs + share * seconds * 1000 - Date.now()))
      const from = Date.now()
      await this.#surroundings.fail[of](outageMs[of])
      outages.push({ of, from, to: Date.now() })
    }
    return outages
  }

  #lostText({ seenAt }: DocumentWatch): string {
    const missing = [...this.#acknowledged].filter((id) => !seenAt.has(id))
    return `${missing.length} acknowledged transfers are no documents, as ${missing.slice(0, 5).join(', ')}`
  }

  #passages({ seenAt }: DocumentWatch, startMs: number): readonly Passage[] {
    using stack = new DisposableStack()
    const { transfers } = this.#databases(stack)
    const rows = transfers.all<{ readonly id: number; readonly at: string }>(
      'select id, created_at as at from transfers order by id',
    )
    return rows
      .filter(({ id }) => this.#acknowledged.has(id) && seenAt.has(id))
      .map(({ id, at }) => ({ madeAt: Date.parse(at), seenAt: seenAt.get(id)! }))
      .filter(({ madeAt }) => madeAt >= startMs)
  }

  async #checkLetters(url: string): Promise<readonly [count: number, faults: readonly string[]]> {
    const cluster = kafka({ bootstrapServers: this.#surroundings.kafka })
    const check = async () => {
      const letters = await allLetters(url)
      return [letters.length, await faultsOfLetters(this.#bads, letters, cluster)] as const
    }
    const endMs = Date.now() + 30_000
    for (;;) {
      const checked = await check()
      if (checked[1].length === 0 || Date.now() > endMs) return checked
      await delay(1000)
    }
  }

  /** What needs no other store. */
  async #mendHere(url: string, bad: BadRecords, watch: DocumentWatch): Promise<readonly string[]> {
    const desk = await LetterDesk.open(url)
    bad.mendSql()
    await desk.discard(mendedBy('discard', this.#bads))
    await registerAs(lateSchemaId, this.#surroundings.registry)
    const late = mendedBy('register and replay', this.#bads)
    const faults = await desk.replay(late)
    const isThere = (mended: readonly BadRecord[]): boolean => mended.every(({ id }) => watch.seenAt.has(id))
    const rows = mendedBy('in SQL', this.#bads)
    const areLate = await awaited(() => isThere(late), 60_000)
    const areRows = await awaited(() => isThere(rows), 60_000)
    return [
      ...faults,
      ...(areLate ? [] : ['records of a schema that came late are no documents after their replay']),
      ...(areRows ? [] : ['rows that were mended in SQL are no documents']),
    ]
  }

  async #compare(): Promise<readonly string[]> {
    using stack = new DisposableStack()
    const databases = this.#databases(stack)
    const store = new SqliteDocumentStore(join(this.#options.dir, 'documents.db'))
    const all = { where: [], sort: { field: 'id', order: 'ascending' }, limit: 1e9, offset: 0 } as const
    try {
      const apart = await awaitJoin(async () => (await store.find(all)).documents, databases, drainMs)
      const inSql = new Set(databases.transfers.all<{ readonly id: number }>('select id from transfers').map(({ id }) => id))
      const lost = [...this.#acknowledged].filter((id) => !inSql.has(id))
      return [...apart, ...lost.map((id) => `transfer ${id} was acknowledged, and is not in SQL`)]
    } finally {
      await store.close()
    }
  }

  #databases(stack: DisposableStack): { readonly users: BankDatabase; readonly transfers: BankDatabase } {
    const open = (table: 'users' | 'transfers'): BankDatabase =>
      stack.adopt(new BankDatabase(join(this.#options.dir, `${table}.db`), table), (database) => database.close())
    return { users: open('users'), transfers: open('transfers') }
  }
}

async function makeUsers(url: string): Promise<StormUsers> {
  const make = async (name: string): Promise<number> => {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${url}/api/users`, { method: 'POST', headers, body: JSON.stringify({ name }) })
    return ((await answer.json()) as { readonly id: number }).id
  }
  return { from: await make('Storm one'), to: await make('Storm two'), wordy: await make('界'.repeat(255)) }
}
