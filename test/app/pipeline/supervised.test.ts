import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { test } from 'tap'
import type { Batch, LedgerEntry, State } from '../../../app/contracts/feed.ts'
import { directory } from '../../storage/media.ts'
import { EventReader } from '../feed/feed-bench.ts'

const main = join(import.meta.dirname, '../../../app/pipeline/main.ts')

/** Starts the pipeline, and gives the address that it prints. */
async function start(...args: string[]): Promise<{ readonly process: ChildProcess; readonly url: string }> {
  const { NODE_OPTIONS: _options, ...env } = globalThis.process.env
  const execArgs = ['--conditions=millrace-source', main, '--no-ui', '--port', '0', ...args]
  const process = spawn(globalThis.process.execPath, execArgs, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(process.stdout!, 'data')) as [Buffer]
  return { process, url: /http:\S+/.exec(line.toString())![0] }
}

async function until<T>(ask: () => Promise<T>, condition: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (condition(answer)) return answer
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

const post = (url: string, body: object, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } })

const has = (ranges: State['transferIds'], id: number): boolean => ranges.some(([first, last]) => id >= first && id <= last)

/** The first range that does not follow the one before, in words. */
function gapIn(state: State, batches: readonly Batch[]): string | null {
  const next = new Map(
    Object.entries(state.positions).flatMap(([topic, offsets]) => offsets.map((offset, p) => [`${topic}-${p}`, offset])),
  )
  for (const { topic, p, from, to } of batches.flatMap(({ ranges }) => ranges)) {
    if (next.get(`${topic}-${p}`) !== from) return `${topic}-${p} goes on at ${from}, expected is ${next.get(`${topic}-${p}`)}`
    next.set(`${topic}-${p}`, to)
  }
  return null
}

test('CH1: the applications are killed by button while transfers flow; nothing acknowledged is missing, nothing comes twice', async (t) => {
  t.setTimeout(300_000)
  const { process, url } = await start('--dir', directory(t), '--rate', '30')
  t.teardown(() => process.kill('SIGKILL'))
  const state = async (): Promise<State> => (await fetch(`${url}/api/state`)).json() as Promise<State>
  const first = await until(state, ({ proof, transferCount }) => proof.to >= 60 && transferCount >= 60)
  const reader = new EventReader(`${url}/api/feed?at=${encodeURIComponent(first.vector)}&ledger=${first.proof.to}`)

  const killed = await post(`${url}/api/kill`, {})
  t.equal(killed.status, 202)
  const { pid } = (await killed.json()) as { readonly pid: number }
  const down = await until(state, ({ system }) => system.phase === 'killed' && system.waiting > 0)
  t.equal(down.system.outage!.deadPid, pid)
  t.ok(down.transferCount >= first.transferCount, 'rows and vector are still there')
  const refused = await fetch(`${url}/api/users`)
  t.same([refused.status, refused.headers.get('retry-after')], [503, '1'])

  const back = await until(state, ({ system }) => system.phase === 'recovered')
  t.not(back.system.childPid, pid)
  t.equal(back.system.outage!.newPid, back.system.childPid)
  await fetch(`${url}/api/generator`, {
    method: 'PUT',
    body: '{"running":false}',
    headers: { 'content-type': 'application/json' },
  })
  const isSeen = ({ proof, transferIds }: State): boolean => proof.entries.every(([, id]) => has(transferIds, id))
  const end = await until(
    state,
    (now) => now.system.waiting === 0 && isSeen(now) && now.proof.sql!.transfers === now.transferCount,
  )
  const entries = end.proof.entries as readonly LedgerEntry[]
  t.equal(new Set(entries.map(([key]) => key)).size, entries.length, 'no key twice')
  t.equal(new Set(entries.map(([, id]) => id)).size, entries.length, 'no id twice')
  t.equal(end.proof.sql!.transfers, entries.length, 'SQL has what was acknowledged, and nothing else')
  t.equal(end.proof.sql!.doubledKeys, 0)

  const batches = (): Batch[] => reader.events.filter(({ type }) => type === 'batch').map(({ data }) => data as Batch)
  await reader.until(() => batches().length > 0 && reader.lastId === end.vector, 30_000)
  t.equal(gapIn(first, batches()), null, 'one connection over the kill: every offset once')
  t.equal(
    reader.events.some(({ type }) => type === 'reset'),
    false,
  )

  process.kill('SIGINT')
  const [code] = (await once(process, 'exit')) as [number]
  t.equal(code, 0)
  await reader.done
  t.equal(reader.events.at(-1)!.type, 'server.closing')
})

test('only this machine may kill: foreign hosts and origins are refused', async (t) => {
  t.setTimeout(300_000)
  const { process, url } = await start('--rate', '0')
  t.teardown(() => process.kill('SIGKILL'))
  const foreign = await post(`${url}/api/kill`, {}, { origin: 'https://elsewhere.example' })
  t.equal(foreign.status, 403)
  const { hostname, port } = new URL(url)
  const misdirected = request({ hostname, port, path: '/api/kill', method: 'POST', headers: { host: 'elsewhere.example' } })
  misdirected.end('{}')
  const [answer] = (await once(misdirected, 'response')) as [IncomingMessage]
  t.equal(answer.statusCode, 421)
  const form = await fetch(`${url}/api/kill`, { method: 'POST', body: 'x=1', headers: { 'content-type': 'text/plain' } })
  t.equal(form.status, 415)
  const starting = await post(`${url}/api/kill`, {})
  t.equal(starting.status, 409, 'there is nothing to kill while it starts')
  process.kill('SIGINT')
  await once(process, 'exit')
})
