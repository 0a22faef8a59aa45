/**
 * WebSockets for a long time: fast clients and slow ones on the read-state service, while transfers change without a pause.
 *
 *     node --conditions=millrace-source test/app/load/socket-endurance.ts [--minutes 10] [--rate 100] [--fast 6] [--slow 3]
 *
 * A slow client reads for 5 s and rests for 25: it is closed with `overflow`, and resumes where it was. At the end every client must
 * have had every change once and in the order of its key, and the memory of the service must not have grown. Exit code 1 otherwise.
 */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { WebSocket } from 'ws'
import { openProducer } from 'millrace'
import type { TopicProducer } from 'millrace'
import { schemasFor } from '../../../examples/transfer-pipeline/schemas/avro-mode.ts'
import { EmbeddedKafka } from 'millrace/embedded'
import { enriched, manifest } from '../../../examples/transfer-pipeline/topics.ts'
import { openRegistry } from '../../../app/registry/registry-server.ts'

const main = join(import.meta.dirname, '../../../app/services/read-state/main.ts')
const keys = 500
/** Growth of the last three quarters of the time; what is held for clients fills up before. */
const slopeLimitMbPerMinute = 1
const restMs = 25_000
const readMs = 5_000
const filler = 'x'.repeat(4_000)

interface Change {
  readonly type: string
  readonly id: string | null
  readonly data: { readonly id: number; readonly createdAt: string }
}

/** A client that comes back after each close, at the place where it was. `createdAt` of a change is its number. */
class Client {
  readonly #url: string
  readonly #last = new Map<number, number>()
  #socket: WebSocket | null = null
  #at = ''
  #isStopped = false
  changes = 0
  repeated = 0
  overflows = 0

  constructor(url: string) {
    this.#url = `${url.replace('http', 'ws')}/ws`
  }

  async open(): Promise<void> {
    const socket = new WebSocket(`${this.#url}?at=${encodeURIComponent(this.#at)}`)
    this.#socket = socket
    socket.on('message', (text: Buffer) => this.#take(JSON.parse(text.toString()) as Change))
    socket.on('error', () => {})
    socket.on('close', () => void this.#again())
    await once(socket, 'open')
  }

  pause(): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.pause()
  }

  resume(): void {
    if (this.#socket?.isPaused === true) this.#socket.resume()
  }

  stop(): void {
    this.#isStopped = true
    this.#socket?.terminate()
  }

  async #again(): Promise<void> {
    await delay(100)
    if (!this.#isStopped) await this.open().catch(() => {})
  }

  #take({ type, id, data }: Change): void {
    if (type === 'overflow') this.overflows++
    if (type !== 'transfer.upserted') return
    const number = Date.parse(data.createdAt)
    if (number <= (this.#last.get(data.id) ?? 0)) this.repeated++
    this.#last.set(data.id, number)
    this.#at = id!
    this.changes++
  }
}

async function rest(client: Client, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    client.pause()
    await delay(restMs, undefined, { signal }).catch(() => {})
    client.resume()
    await delay(readMs, undefined, { signal }).catch(() => {})
  }
}

/** Sends changes until it is aborted, ten times a second. Gives how many. */
async function change(producer: TopicProducer, rate: number, signal: AbortSignal): Promise<number> {
  let sent = 0
  for (let due = performance.now(); !signal.aborted; due += 100) {
    const some = Array.from({ length: rate / 10 }, () => transfer(++sent))
    await producer.send(enriched, some)
    await delay(Math.max(0, due + 100 - performance.now()))
  }
  return sent
}

function transfer(number: number) {
  const id = 1 + (number % keys)
  const users = { fromUserId: 1, toUserId: 2, fromUserName: filler, toUserName: 'Bruno', enrichment: 'COMPLETE' } as const
  return {
    key: String(id),
    value: { id, ...users, amount: '1.00', status: 'PENDING' as const, createdAt: number, lastUpdatedAt: number },
  }
}

/** Memory of a process that is its own, in MB (Linux). */
function memoryOf(pid: number): number {
  return Number(/RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

/** Growth a minute, by the line that lies best. */
function slopeOf(samples: readonly { readonly minutes: number; readonly mb: number }[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const [x, y] = [mean(samples.map(({ minutes }) => minutes)), mean(samples.map(({ mb }) => mb))]
  const covariance = samples.reduce((sum, { minutes, mb }) => sum + (minutes - x) * (mb - y), 0)
  return covariance / samples.reduce((sum, { minutes }) => sum + (minutes - x) ** 2, 0)
}

const least = (samples: readonly { readonly mb: number }[]): number => Math.round(Math.min(...samples.map(({ mb }) => mb)))
const most = (samples: readonly { readonly mb: number }[]): number => Math.round(Math.max(...samples.map(({ mb }) => mb)))

async function startService(kafka: string, registry: string, stateDir: string): Promise<{ child: ChildProcess; url: string }> {
  const flags = ['--port', '0', '--kafka', kafka, '--registry', registry, '--state-dir', stateDir, '--log-level', 'error']
  const child = fork(main, flags, { execArgv: ['--conditions=millrace-source'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const [said] = (await once(child, 'message')) as [{ readonly url: string }]
  return { child, url: said.url }
}

async function run(): Promise<number> {
  const options = { minutes: '10', rate: '100', fast: '6', slow: '3' }
  const given = parseArgs({
    options: Object.fromEntries(
      Object.entries(options).map(([name, value]) => [name, { type: 'string' as const, default: value }]),
    ),
  }).values as Record<keyof typeof options, string>
  const minutes = Number(given.minutes)
  const dir = await mkdtemp(join(tmpdir(), 'millrace-sockets-'))
  await using cluster = await EmbeddedKafka.open()
  await (await cluster.admin({ clientId: 'test' })).createTopics(manifest)
  const { bootstrapServers } = await cluster.listen(0)
  const registry = await openRegistry({ port: 0, path: ':memory:' })
  const producer = await openProducer(cluster, { clientId: 'test', schemaRegistry: schemasFor('registry', registry.url) })
  const { child, url } = await startService(bootstrapServers, registry.url, dir)
  const clients = Array.from({ length: Number(given.fast) + Number(given.slow) }, () => new Client(url))
  for (const client of clients) await client.open()
  const slow = clients.slice(Number(given.fast))
  const ending = new AbortController()
  const resting = slow.map((client) => rest(client, ending.signal))
  const changing = change(producer, Number(given.rate), ending.signal)
  const samples: { readonly minutes: number; readonly mb: number }[] = []
  for (const startMs = performance.now(); performance.now() - startMs < minutes * 60_000;) {
    await delay(2_000)
    samples.push({ minutes: (performance.now() - startMs) / 60_000, mb: memoryOf(child.pid!) })
  }
  ending.abort()
  const sent = await changing
  await Promise.all(resting)
  const haveAll = (): boolean => clients.every(({ changes }) => changes >= sent)
  for (const endMs = performance.now() + 600_000; !haveAll() && performance.now() < endMs;) await delay(100)
  const settled = samples.slice(samples.length / 4)
  const slope = slopeOf(settled)
  const quarters = [0, 1, 2, 3].map((quarter) =>
    samples.slice((quarter * samples.length) / 4, ((quarter + 1) * samples.length) / 4),
  )
  console.log({
    sent,
    missing: clients.map(({ changes }) => sent - changes),
    repeated: clients.reduce((sum, { repeated }) => sum + repeated, 0),
    overflowsOfFast: clients.slice(0, -slow.length).reduce((sum, { overflows }) => sum + overflows, 0),
    overflowsOfSlow: slow.map(({ overflows }) => overflows),
    memoryMb: quarters.map((quarter) => ({ least: least(quarter), most: most(quarter) })),
    slopeMbPerMinute: Math.round(slope * 100) / 100,
  })
  for (const client of clients) client.stop()
  await producer.close()
  child.kill('SIGTERM')
  await once(child, 'exit')
  await registry.close()
  await rm(dir, { recursive: true, force: true })
  const isComplete = clients.every(({ changes, repeated }) => changes === sent && repeated === 0)
  return isComplete && slope <= slopeLimitMbPerMinute ? 0 : 1
}

process.exitCode = await run()
