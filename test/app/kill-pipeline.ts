/**
 * kill -9 of the whole pipeline at random moments while it is written to; each time it is started again on its data.
 *
 *     node --conditions=millrace-source test/app/kill-pipeline.ts [--writes 10000] [--kills 10] [--seed 1] [--dir D] [--broken]
 *         [--enrichers 3] [--bad 20]
 *
 * `--enrichers` runs several instances of the enricher; `--bad` writes rows by SQL that no rule of the bank allows.
 *
 * Only writes that were acknowledged count. At the end the read API must equal the join in SQL. `--broken` is the negative
 * control: the position of a store is kept apart from its data, and the process dies between the two.
 */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { seededChance } from '../../lib/clock/chance.ts'
import type { Chance } from '../../lib/clock/chance.ts'
import { EmbeddedKafka } from '../../lib/embedded.ts'
import { openAdmin } from '../../lib/index.ts'
import { BankDatabase } from '../../app/adapters/sqlite/bank-database.ts'
import type { FromChild } from '../../app/pipeline/child/messages.ts'
import { openDatabases } from '../../app/pipeline/databases.ts'
import type { ServerDatabases } from '../../app/pipeline/databases.ts'
import { awaitEqual } from '../../app/pipeline/expected.ts'

export interface KillOptions {
  readonly writes: number
  readonly kills: number
  readonly seed: number
  readonly dir: string
  readonly positions: 'with data' | 'apart from data'
  /** Instances of the enricher. Default 1. */
  readonly enrichers?: number
  /** How many rows are written by SQL that no rule of the bank allows. Default 0. */
  readonly badRows?: number
  /** The databases are on this server, which is killed in turn with the pipeline. Default: files. */
  readonly server?: KilledServer
}

interface KilledServer {
  readonly databases: ServerDatabases
  kill(): Promise<void>
  start(): Promise<void>
}

export interface KillOutcome {
  readonly acknowledged: number
  readonly kills: number
  /** What differs between the read API and SQL; empty where they are equal. */
  readonly differences: readonly string[]
  /** Restores of a store from a stored position above zero. */
  readonly tailRestores: number
  /** Records that the last start replayed, and that all changelogs hold. */
  readonly replayed: number
  readonly logged: number
}

const main = fileURLToPath(new URL('../../app/pipeline/child/main.ts', import.meta.url))
const splitter = new URL('position-apart.ts', import.meta.url).href
/** The addresses of a child, once its applications answer. */
function answering(child: ChildProcess): Promise<Urls> {
  return new Promise((resolve) => {
    let urls: Urls | undefined
    child.on('message', (message: FromChild) => {
      if (message.type === 'urls') {
        const { users: usersUrl, transfers: transfersUrl, read: readUrl } = message.urls
        urls = { usersUrl, transfersUrl, readUrl }
      } else if (message.type === 'ready' && urls !== undefined) resolve(urls)
    })
  })
}

const writersAtOnce = 8

interface Urls {
  readonly usersUrl: string
  readonly transfersUrl: string
  readonly readUrl: string
}

/** One life of the pipeline after the other. */
class Lives {
  readonly #options: KillOptions
  #child: ChildProcess | undefined
  #urls: Urls | undefined
  #lines: string[] = []
  tailRestores = 0

  constructor(options: KillOptions) {
    this.#options = options
  }

  writeUrl(path: string): string | undefined {
    return path.startsWith('/users') ? this.#urls?.usersUrl : this.#urls?.transfersUrl
  }

  get readUrl(): string {
    return this.#urls?.readUrl ?? 'http://127.0.0.1:1'
  }

  /** Records replayed in this life. */
  get replayed(): number {
    return this.#restores().reduce((sum, { records }) => sum + records, 0)
  }

  async start(): Promise<void> {
    const { dir, positions } = this.#options
    // Nothing of a test runner's, which would load its hooks into the child.
    const { NODE_OPTIONS: _options, ...inherited } = process.env
    // As under the supervisor: what a life has compiled, the next one need not.
    const env = { NODE_COMPILE_CACHE: join(dir, 'compiled'), ...inherited }
    const preload = positions === 'with data' ? [] : ['--import', splitter]
    const execArgv = ['--conditions=millrace-source', ...preload]
    const { enrichers = 1, server } = this.#options
    const options = { dir, logLevel: 'info', enrichers, mariadb: server?.databases }
    const child = fork(main, [JSON.stringify(options)], {
      execArgv,
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.#child = child
    this.#lines = []
    for (const stream of [child.stdout!, child.stderr!])
      stream.on('data', (text: Buffer) => void this.#lines.push(text.toString()))
    child.once('exit', () => (this.#urls = undefined))
    const urls = await Promise.race([answering(child), once(child, 'exit').then(() => null)])
    // The process of the negative control may die while it starts: then it has another life.
    if (urls !== null) this.#urls = urls
    else await this.#afterDeath()
  }

  async kill(): Promise<void> {
    const exit = this.#child!.exitCode === null && this.#child!.signalCode === null ? once(this.#child!, 'exit') : undefined
    this.#child!.kill('SIGKILL')
    await exit
    await this.#afterDeath()
  }

  /** Starts it again when it has died by itself. */
  async revive(): Promise<void> {
    if (this.#child!.exitCode === null && this.#child!.signalCode === null) return
    await this.#afterDeath()
  }

  async stop(): Promise<void> {
    const exit = once(this.#child!, 'exit')
    this.#child!.kill('SIGTERM')
    await exit
  }

  async #afterDeath(): Promise<void> {
    this.#count()
    await this.start()
  }

  #count(): void {
    this.tailRestores += this.#restores().filter(({ offset }) => offset > 0).length
  }

  end(): void {
    this.#count()
  }

  #restores(): readonly { readonly records: number; readonly offset: number }[] {
    const lines = this.#lines.join('').matchAll(/is restored: (\d+) records of \S+ from offset (\d+) on/g)
    return [...lines].map(([, records, offset]) => ({ records: Number(records), offset: Number(offset) }))
  }
}

/** Random writes through the API; it remembers what is there, so that most of them are valid. */
class Writer {
  readonly #lives: Lives
  readonly #chance: Chance
  readonly #users: number[] = []
  readonly #transfers: number[] = []
  acknowledged = 0

  constructor(lives: Lives, chance: Chance) {
    this.#lives = lives
    this.#chance = chance
  }

  async write(): Promise<void> {
    const [method, path, body] = this.#next()
    const url = this.#lives.writeUrl(path)
    if (url === undefined) return void (await delay(20))
    try {
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(url + path, { method, ...(body === undefined ? {} : { headers, body: JSON.stringify(body) }) })
      const answer = response.status === 204 ? null : ((await response.json()) as { readonly id?: number })
      if (!response.ok) return
      this.acknowledged++
      if (method === 'POST') (path === '/users' ? this.#users : this.#transfers).push(Number(answer!.id))
    } catch {
      // It was killed: whether this write is there, nobody knows.
      await delay(20)
    }
  }

  #next(): readonly [method: string, path: string, body?: unknown] {
    const dice = this.#users.length < 20 ? 0 : this.#chance.float()
    if (dice < 0.05) return ['POST', '/users', { name: `User ${this.#chance.uuid().slice(0, 8)}` }]
    if (dice < 0.1) return ['PATCH', `/users/${this.#pick(this.#users)}`, { name: `Renamed ${this.#chance.uuid().slice(0, 8)}` }]
    if (dice < 0.12) return ['DELETE', `/users/${this.#take(this.#users)}`]
    if (dice < 0.2 && this.#transfers.length > 0) return ['DELETE', `/transfers/${this.#take(this.#transfers)}`]
    if (dice < 0.45 && this.#transfers.length > 0)
      return ['PATCH', `/transfers/${this.#pick(this.#transfers)}`, { amount: this.#amount() }]
    const [fromUserId, toUserId] = [this.#pick(this.#users), this.#pick(this.#users)]
    return ['POST', '/transfers', { fromUserId, toUserId, amount: this.#amount() }]
  }

  #amount(): string {
    return `${1 + Math.floor(this.#chance.float() * 9999)}.${Math.floor(10 + this.#chance.float() * 90)}`
  }

  #pick(ids: readonly number[]): number {
    return ids[Math.floor(this.#chance.float() * ids.length)]!
  }

  #take(ids: number[]): number {
    return ids.splice(Math.floor(this.#chance.float() * ids.length), 1)[0]!
  }
}

export async function killPipeline(options: KillOptions): Promise<KillOutcome> {
  const chance = seededChance(options.seed)
  const lives = new Lives(options)
  const writer = new Writer(lives, chance)
  const moments = Array.from({ length: options.kills }, () => Math.floor(chance.float() * options.writes)).sort((a, b) => a - b)
  await lives.start()
  let badRows = options.badRows ?? 0
  let kills = 0
  let isOver = false
  const writing = Array.from({ length: writersAtOnce }, async () => {
    while (!isOver) await writer.write()
  })
  while (writer.acknowledged < options.writes || kills < moments.length) {
    await delay(Math.floor(chance.float() * 10))
    await lives.revive()
    if (badRows > 0 && writer.acknowledged > 20) writeBadRow(options.dir, badRows--)
    if (kills < moments.length && writer.acknowledged >= moments[kills]!) {
      await killNext(kills, lives, options.server)
      kills++
    }
  }
  isOver = true
  await Promise.all(writing)
  const { replayed } = lives
  const differences = await compare(lives, options)
  await lives.stop()
  lives.end()
  return {
    acknowledged: writer.acknowledged,
    kills,
    differences,
    tailRestores: lives.tailRestores,
    replayed,
    logged: await logged(options.dir),
  }
}

/** By SQL, where no rule holds: amounts that are none, transfers to oneself and to nobody. */
export function writeBadRow(dir: string, number: number): void {
  const bad = [
    [1, 2, 'abc'],
    [1, 2, '-5.00'],
    [1, 1, '5.00'],
    [1, 999_999_999, '5.00'],
    [1, 2, '7.5'],
  ] as const
  const now = new Date().toISOString()
  const insert = 'insert into transfers (from_user_id, to_user_id, amount, created_at, last_updated_at) values (?, ?, ?, ?, ?)'
  using stack = new DisposableStack()
  const database = stack.adopt(new BankDatabase(join(dir, 'transfers.db'), 'transfers'), (opened) => opened.close())
  database.run(insert, ...bad[number % bad.length]!, now, now)
}

/** The pipeline, or in turn with it the server of its databases, which is back soon. */
async function killNext(number: number, lives: Lives, server: KilledServer | undefined): Promise<void> {
  if (server === undefined || number % 2 === 0) return lives.kill()
  await server.kill()
  await delay(300)
  await server.start()
}

async function compare(lives: Lives, { dir, server }: KillOptions): Promise<readonly string[]> {
  await using databases = await openDatabases({ dir, mariadb: server?.databases })
  for (;;) {
    const differences = await awaitEqual(lives.readUrl, databases, 20_000).catch(() => undefined)
    if (differences !== undefined) return differences
    // It died by itself while it was read: only the negative control does.
    await lives.revive()
  }
}

/** Records that the changelogs of all stores hold. */
async function logged(dir: string): Promise<number> {
  await using cluster = await EmbeddedKafka.open({ dir: join(dir, 'kafka') })
  const admin = await openAdmin(cluster, { clientId: 'kill-test' })
  const topics = (await admin.metadata()).filter(({ name }) => name.endsWith('-changelog'))
  const partitions = topics.flatMap(({ name, partitions }) => partitions.map(({ partition }) => ({ topic: name, partition })))
  const [starts, ends] = [await admin.listOffsets(partitions, 'earliest'), await admin.listOffsets(partitions, 'latest')]
  const sum = (offsets: readonly { readonly offset: number }[]): number =>
    offsets.reduce((total, { offset }) => total + offset, 0)
  return sum(ends) - sum(starts)
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      writes: { type: 'string', default: '10000' },
      kills: { type: 'string', default: '10' },
      seed: { type: 'string', default: '1' },
      dir: { type: 'string' },
      broken: { type: 'boolean', default: false },
      enrichers: { type: 'string', default: '1' },
      bad: { type: 'string', default: '0' },
    },
  })
  const dir = values.dir ?? (await mkdtemp(join(tmpdir(), 'millrace-kill-')))
  const started = Date.now()
  const outcome = await killPipeline({
    writes: Number(values.writes),
    kills: Number(values.kills),
    seed: Number(values.seed),
    dir,
    positions: values.broken ? 'apart from data' : 'with data',
    enrichers: Number(values.enrichers),
    badRows: Number(values.bad),
  })
  console.log({ ...outcome, seconds: (Date.now() - started) / 1000, dir })
  process.exitCode = outcome.differences.length === 0 ? 0 : 1
}
