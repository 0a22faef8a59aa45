/**
 * Load on the whole pipeline, as a page would see it: the generator's single POSTs at a rate, kills of the applications in between.
 *
 *     node --conditions=millrace-source test/app/load/load-pipeline.ts [--rate 1000] [--seconds 60] [--kills 2] [--latency 30] [--dir D]
 *         [--guarantee at_least_once]
 *
 * It prints what was acknowledged a second outside of outages, how long the backlog took to drain, and the latency from POST to the feed
 * (`--latency` seconds at 10 a second, before the load). At the end the ledger of acknowledgements, the rows in SQL and the ids of the feed
 * must be the same ones, and no key may stand for two. Exit code 1 otherwise.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Batch, LedgerEntry, Proof, State, System } from '../../../app/contracts/feed.ts'
import { readEvents } from '../../../app/feed/relay/event-stream.ts'

const main = join(import.meta.dirname, '../../../app/pipeline/main.ts')

/** What a page knows: ids it has seen, the ledger, gaps and repeats, the state of the system. */
class Page {
  readonly ids = new Set<number>()
  readonly ledger = new Map<number, LedgerEntry>()
  readonly seenAt = new Map<number, number>()
  gaps = 0
  repeats = 0
  frames = 0
  system!: System
  readonly #url: string
  #next = new Map<string, number>()
  #vector = ''

  constructor(url: string) {
    this.#url = url
  }

  async begin(): Promise<State> {
    for (;;) {
      const state = (await (await fetch(`${this.#url}/api/state`)).json()) as State
      if (state.system.phase !== 'starting' && state.vector !== '') return this.#take(state)
      await delay(200)
    }
  }

  async follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const url = `${this.#url}/api/feed?at=${encodeURIComponent(this.#vector)}&ledger=${this.ledger.size}`
      try {
        const answer = await fetch(url, { signal })
        for await (const { type, id, text } of readEvents(answer.body as AsyncIterable<Uint8Array>)) {
          this.frames++
          if (type === 'batch') this.#batch(JSON.parse(text) as Batch, id!)
          else if (type === 'proof') this.#proof(JSON.parse(text) as Proof)
          else if (type === 'system') this.system = JSON.parse(text) as System
        }
      } catch {
        await delay(100)
      }
    }
  }

  #take(state: State): State {
    this.#vector = state.vector
    for (const [first, last] of state.transferIds) for (let id = first; id <= last; id++) this.ids.add(id)
    this.#next = new Map(
      Object.entries(state.positions).flatMap(([topic, offsets]) =>
        offsets.map((offset, p) => [`${topic}-${p}`, offset] as const),
      ),
    )
    this.system = state.system
    this.#proof(state.proof)
    return state
  }

  #batch({ ranges, records }: Batch, id: string): void {
    this.#vector = id
    for (const { topic, p, from, to } of ranges) {
      const expected = this.#next.get(`${topic}-${p}`) ?? from
      if (from > expected) this.gaps++
      if (from < expected) this.repeats++
      this.#next.set(`${topic}-${p}`, to)
    }
    const now = performance.now()
    for (const record of records)
      if (record.kind === 'transfer') {
        if (record.value === null) this.ids.delete(Number(record.key))
        else this.ids.add(record.value.id)
        if (!this.seenAt.has(Number(record.key))) this.seenAt.set(Number(record.key), now)
      }
  }

  #proof({ from, entries }: Proof): void {
    entries.forEach((entry, index) => this.ledger.set(from + index, entry))
  }
}

const quantile = (sorted: readonly number[], share: number): number =>
  Math.round(sorted[Math.floor(sorted.length * share)] ?? NaN)

const round2 = (value: number): number => Math.round(value * 100) / 100

function put(url: string, body: object): Promise<Response> {
  return fetch(url, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
}

/** POST → feed, in ms, at ten a second. */
async function latencies(url: string, page: Page, seconds: number): Promise<number[]> {
  const posted: { readonly id: number; readonly at: number }[] = []
  for (let count = 0; count < seconds * 10; count++) {
    const at = performance.now()
    const [fromUserId, toUserId] = [1 + (count % 4), 1 + ((count + 1) % 4)]
    const headers = { 'content-type': 'application/json', 'idempotency-key': `latency-${process.pid}-${count}` }
    const answer = await fetch(`${url}/api/transfers`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ fromUserId, toUserId, amount: '1.00' }),
    })
    if (answer.status === 201) posted.push({ id: ((await answer.json()) as { readonly id: number }).id, at })
    await delay(Math.max(0, 100 - (performance.now() - at)))
  }
  while (posted.some(({ id }) => !page.seenAt.has(id))) await delay(10)
  return posted.map(({ id, at }) => page.seenAt.get(id)! - at).sort((left, right) => left - right)
}

interface Load {
  readonly rate: number
  readonly seconds: number
  readonly kills: number
}

/** CPU seconds of a process so far, where the system tells (Linux). */
function cpuSeconds(pid: number | null): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
    return (Number(fields[11]) + Number(fields[12])) / 100
  } catch {
    return NaN
  }
}

/** CPU of processes of a role, one after the other: what a dead one took counts, up to the last look at it. */
class CpuMeter {
  readonly #pid: () => number | null
  readonly #seconds = new Map<number, { readonly first: number; last: number }>()

  constructor(pid: () => number | null) {
    this.#pid = pid
    this.look()
  }

  look(): void {
    const pid = this.#pid()
    const now = cpuSeconds(pid)
    if (pid === null || Number.isNaN(now)) return
    const known = this.#seconds.get(pid)
    if (known !== undefined) known.last = now
    // The first process has done something before the load; all that a later one does belongs to it.
    else this.#seconds.set(pid, { first: this.#seconds.size === 0 ? now : 0, last: now })
  }

  get seconds(): number {
    return [...this.#seconds.values()].reduce((sum, { first, last }) => sum + last - first, 0)
  }
}

/** How long the outages lasted, in ms: until the applications answered, and until the writes from before that had their answers. */
class Outages {
  readonly #seen = new Map<number, { answersMs: number | null; recoveredMs: number | null }>()

  look({ outage }: System): void {
    if (outage === null) return
    const { at, backAt, recoveredAt } = outage
    const since = (time: number | null): number | null => (time === null ? null : time - at)
    this.#seen.set(outage.count, { answersMs: since(backAt), recoveredMs: since(recoveredAt) })
  }

  get all(): object[] {
    return [...this.#seen.values()]
  }
}

/** Runs the load, and says what came of it. */
async function load(url: string, page: Page, { rate, seconds, kills }: Load): Promise<object> {
  const moments = Array.from({ length: kills }, () => seconds * 1000 * (0.15 + 0.7 * Math.random())).sort((a, b) => a - b)
  const [startMs, before] = [performance.now(), page.ledger.size]
  const meters = [new CpuMeter(() => page.system.childPid), new CpuMeter(() => page.system.pid)]
  const outages = new Outages()
  const look = (): void => {
    for (const meter of meters) meter.look()
    outages.look(page.system)
  }
  let [outageMs, ackedInOutages] = [0, 0]
  await put(`${url}/api/generator`, { running: true, rate })
  let last = { at: performance.now(), acknowledged: page.ledger.size }
  while (performance.now() - startMs < seconds * 1000) {
    await delay(100)
    look()
    const now = { at: performance.now(), acknowledged: page.ledger.size }
    if (page.system.phase === 'killed')
      [outageMs, ackedInOutages] = [outageMs + now.at - last.at, ackedInOutages + now.acknowledged - last.acknowledged]
    last = now
    if (moments.length === 0 || performance.now() - startMs < moments[0]!) continue
    const answer = await fetch(`${url}/api/kill`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })
    if (answer.status === 202) moments.shift()
  }
  const acknowledged = page.ledger.size - before
  await put(`${url}/api/generator`, { running: false })
  const endMs = performance.now()
  const isDrained = (): boolean => page.system.waiting === 0 && [...page.ledger.values()].every(([, id]) => page.ids.has(id))
  while (!isDrained() && performance.now() - endMs < 180_000) {
    await delay(100)
    look()
  }
  const upMs = endMs - startMs - outageMs
  return {
    asked: rate,
    acknowledgedPerSecond: Math.round((acknowledged * 1000) / (endMs - startMs)),
    outsideOutagesPerSecond: Math.round(((acknowledged - ackedInOutages) * 1000) / upMs),
    outageSeconds: Math.round(outageMs / 100) / 10,
    outages: outages.all,
    kills: kills - moments.length,
    // Of the processes with the applications, one after the other, and of the supervisor.
    cpuMsPerTransfer: meters.map(({ seconds: cpu }) => round2((cpu * 1000) / (page.ledger.size - before))),
    drainedAfterSeconds: isDrained() ? Math.round((performance.now() - endMs) / 100) / 10 : null,
  }
}

/** What the ledger, SQL and the feed disagree about. */
async function compare(
  dir: string,
  page: Page,
): Promise<{ readonly missing: number; readonly unknown: number; readonly keysTwice: number; readonly ids: number }> {
  await delay(1500)
  using database = new DatabaseSync(join(dir, 'transfers.db'), { readOnly: true })
  const rows = new Set(
    database
      .prepare('select id from transfers')
      .all()
      .map((row) => row['id'] as number),
  )
  const entries = [...page.ledger.values()]
  return {
    missing: entries.filter(([, id]) => !rows.has(id) || !page.ids.has(id)).length,
    unknown: [...rows].filter((id) => !page.ids.has(id)).length + [...page.ids].filter((id) => !rows.has(id)).length,
    keysTwice:
      entries.length - new Set(entries.map(([key]) => key)).size + entries.length - new Set(entries.map(([, id]) => id)).size,
    ids: rows.size,
  }
}

async function run(): Promise<number> {
  const { values } = parseArgs({
    options: {
      rate: { type: 'string', default: '1000' },
      seconds: { type: 'string', default: '60' },
      kills: { type: 'string', default: '2' },
      latency: { type: 'string', default: '30' },
      guarantee: { type: 'string', default: 'exactly_once_v2' },
      dir: { type: 'string' },
    },
  })
  const dir = values.dir ?? (await mkdtemp(join(tmpdir(), 'millrace-load-')))
  const args = [
    '--conditions=millrace-source',
    main,
    '--no-ui',
    '--port',
    '0',
    '--rate',
    '1',
    '--dir',
    dir,
    '--guarantee',
    values.guarantee,
  ]
  const pipeline = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(pipeline.stdout, 'data')) as [Buffer]
  const url = /http:\S+/.exec(line.toString())![0]
  const page = new Page(url)
  await page.begin()
  const ending = new AbortController()
  const following = page.follow(ending.signal)
  while (page.ledger.size === 0) await delay(100)
  await put(`${url}/api/generator`, { running: false })
  const latency = await latencies(url, page, Number(values.latency))
  const options = { rate: Number(values.rate), seconds: Number(values.seconds), kills: Number(values.kills) }
  const outcome = await load(url, page, options)
  const compared = await compare(dir, page)
  const { gaps, repeats, frames } = page
  console.log({
    latencyMs: { p50: quantile(latency, 0.5), p95: quantile(latency, 0.95) },
    ...outcome,
    ...compared,
    gaps,
    repeats,
    frames,
    dir,
  })
  ending.abort()
  await following
  pipeline.kill('SIGINT')
  await once(pipeline, 'exit')
  return compared.missing + compared.unknown + compared.keysTwice + gaps + repeats === 0 ? 0 : 1
}

process.exitCode = await run()
