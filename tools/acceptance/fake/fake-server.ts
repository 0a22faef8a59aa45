import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serverSentEvent } from '../../../app/feed/faces/face.ts'
import { buildWeb } from '../../../app/web/build.ts'
import { readPageFiles } from '../../../app/web/page-files.ts'
import type { KeyHistory } from '../../../app/contracts/history.ts'
import { fileAt } from '../../../app/web/page-paths.ts'
import type { PageFile } from '../../../app/web/page-files.ts'
import { FakeAnalytics } from './fake-analytics.ts'
import { FakeLetters } from './fake-letters.ts'
import { FakePipeline } from './fake-pipeline.ts'
import type { Sent } from './fake-pipeline.ts'

const namedUsers = ['Amara', 'Bruno', 'Chidi', 'Dalia']

/** What the line does with the next batch. */
export type LineFault = 'drop' | 'twice' | 'cut'

export interface FakeServerOptions {
  /** Transfers a second; 0 sends only what is written. */
  readonly rate?: number
  readonly users?: readonly string[]
  /** Whether time goes on by itself; otherwise `pump` says when. */
  readonly isLive?: boolean
  readonly now?: () => number
  readonly downMs?: number
  readonly port?: number
}

interface Client {
  readonly response: ServerResponse
  /** The next acknowledgement that it has not been told. */
  ledger: number
}

/** A server of the contract around a `FakePipeline`: page, feed and writes, with a line that can be made bad. */
export class FakeServer implements AsyncDisposable {
  pipeline: FakePipeline
  readonly analytics = new FakeAnalytics()
  readonly letters = new FakeLetters()
  /** By path; of others the inspector does not answer. */
  readonly histories = new Map<string, KeyHistory>()
  /** Taken one after another by the batches to come. */
  readonly faults: LineFault[] = []
  /** Statuses that the next writes are answered with, instead of being done; 0 cuts the connection. */
  readonly refusals: number[] = []
  readApiIsDown = false
  isReachable = true
  readonly #options: FakeServerOptions
  readonly #server: Server
  readonly #files: ReadonlyMap<string, PageFile>
  readonly #clients = new Set<Client>()
  readonly #timers: NodeJS.Timeout[] = []
  #owed = 0
  #waiting = 0
  #unsettled: { id: number; at: number }[] = []
  #ticks = 0

  constructor(files: ReadonlyMap<string, PageFile>, options: FakeServerOptions) {
    this.#files = files
    this.#options = options
    this.pipeline = this.#newPipeline('fake')
    this.#server = createServer((request, response) => void this.#answer(request, response))
  }

  static async open(options: FakeServerOptions = {}): Promise<FakeServer> {
    const { dir } = await buildWeb({ outDir: new URL('../.data/page', import.meta.url).pathname })
    const server = new FakeServer(await readPageFiles(dir), options)
    await new Promise<void>((resolve) => server.#server.listen(options.port ?? 0, '127.0.0.1', resolve))
    if (options.isLive ?? true) server.#timers.push(setInterval(() => server.pump(), 50))
    return server
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  get clients(): number {
    return this.#clients.size
  }

  get rate(): number {
    return this.pipeline.system.generator.rate
  }

  set rate(rate: number) {
    this.#send(this.pipeline.setSystem({ generator: { ...this.pipeline.system.generator, rate, running: rate > 0 } }))
  }

  /** A sign of life, which changes nothing. */
  beat(): void {
    this.#send(this.pipeline.setSystem({}))
  }

  /** Fifty milliseconds of the pipeline. */
  pump(): void {
    this.#ticks++
    if (this.#isUp) this.#generate()
    if (this.#isUp) this.#settle()
    else this.#wait()
    for (const batch of this.pipeline.flush()) this.#sendBatch(batch)
    if (this.#ticks % 2 === 0) this.#send(this.pipeline.hops())
    if (this.#ticks % 4 === 0) this.#trace()
    if (this.#ticks % 20 === 0) this.#prove()
  }

  /** A new cluster in the place of the old one. */
  replaceCluster(): void {
    this.pipeline = this.#newPipeline(`fake${Math.round(this.#now())}`)
    this.cutAll()
  }

  cutAll(): void {
    for (const { response } of this.#clients) response.destroy()
  }

  kill(downMs = this.#options.downMs ?? 1_500): void {
    const at = this.#now()
    const { system } = this.pipeline
    const outage = {
      deadPid: system.childPid ?? 0,
      newPid: null,
      signal: 'SIGKILL',
      at,
      backAt: null,
      recoveredAt: null,
      waited: 0,
      count: (system.outage?.count ?? 0) + 1,
    }
    this.#send(this.pipeline.setSystem({ phase: 'killed', since: at, outage, childPid: null }))
    setTimeout(() => this.#restore(), downMs)
  }

  #restore(): void {
    const at = this.#now()
    const newPid = (this.pipeline.system.outage?.deadPid ?? 4_711) + 91
    const outage = { ...this.pipeline.system.outage!, backAt: at, newPid, waited: this.#waiting }
    this.#send(
      this.pipeline.setSystem({
        phase: 'restoring',
        since: at,
        outage,
        childPid: newPid,
        restore: { done: 12_300, total: 40_000 },
      }),
    )
    setTimeout(() => this.#recover(), 500)
  }

  #recover(): void {
    const at = this.#now()
    for (; this.#waiting > 0; this.#waiting--) this.#generateOne()
    const outage = { ...this.pipeline.system.outage!, recoveredAt: at }
    this.#send(this.pipeline.setSystem({ phase: 'recovered', since: at, outage, restore: null, waiting: 0 }))
    setTimeout(() => this.#send(this.pipeline.setSystem({ phase: 'running', since: this.#now() })), 10_000)
  }

  #wipe(): void {
    this.#send(this.pipeline.setSystem({ phase: 'restoring', since: this.#now(), restore: { done: 0, total: 400 } }))
    const back = (): void => this.#send(this.pipeline.setSystem({ phase: 'running', since: this.#now(), restore: null }))
    setTimeout(back, 800)
  }

  get #isUp(): boolean {
    const { phase } = this.pipeline.system
    return phase !== 'killed' && phase !== 'restoring' && phase !== 'starting'
  }

  #now(): number {
    return this.#options.now?.() ?? Date.now()
  }

  #newPipeline(epoch: string): FakePipeline {
    const pipeline = new FakePipeline({ now: () => this.#now(), epoch })
    for (const name of this.#options.users ?? namedUsers) pipeline.addUser(name)
    const rate = this.#options.rate ?? 10
    pipeline.setSystem({ generator: { running: rate > 0, rate, sent: 0 } })
    pipeline.flush()
    return pipeline
  }

  #generate(): void {
    const { running, rate } = this.pipeline.system.generator
    if (!running) return
    for (this.#owed += rate / 20; this.#owed >= 1; this.#owed--) this.#generateOne()
  }

  /** Writes of the generator keep their keys until the pipeline is back. */
  #wait(): void {
    const { generator, waiting } = this.pipeline.system
    if (!generator.running || this.pipeline.system.phase !== 'killed') return
    this.#owed += generator.rate / 20
    this.#waiting += Math.floor(this.#owed)
    this.#owed %= 1
    if (waiting !== this.#waiting) this.#send(this.pipeline.setSystem({ waiting: this.#waiting }))
  }

  #generateOne(): void {
    const users = (this.#options.users ?? namedUsers).length
    const number = this.pipeline.acknowledged.length
    const { id } = this.pipeline.transfer(
      1 + (number % users),
      1 + ((number + 1 + (number % 3)) % users),
      `${1 + (number % 90)}.50`,
    )
    this.#unsettled.push({ id, at: this.#now() })
  }

  #settle(): void {
    const due = this.#unsettled.filter(({ at }) => this.#now() - at >= 150)
    this.#unsettled = this.#unsettled.slice(due.length)
    for (const { id } of due) this.pipeline.settle(id, id % 33 === 0 ? 'FAILED' : 'COMPLETED')
  }

  #trace(): void {
    const newest = this.pipeline.transferIds.at(-1)
    const trace = newest === undefined ? null : this.pipeline.trace(newest)
    if (trace !== null && this.#isUp) this.#send(trace)
  }

  #prove(): void {
    for (const client of this.#clients) {
      const proof = this.pipeline.proof(client.ledger)
      client.ledger = proof.data.to
      write(client.response, proof)
    }
  }

  #sendBatch(batch: Sent<'batch'>): void {
    const fault = this.#clients.size === 0 ? undefined : this.faults.shift()
    if (fault === 'drop') return
    for (const { response } of this.#clients) {
      if (fault === 'cut') response.write(textOf(batch).slice(0, 80), () => response.destroy())
      else for (let time = fault === 'twice' ? 2 : 1; time > 0; time--) write(response, batch)
    }
  }

  #send(event: Sent): void {
    for (const { response } of this.#clients) write(response, event)
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', this.url)
    if (!this.isReachable) return void response.destroy()
    const file = request.method === 'GET' ? fileAt(this.#files, pathname) : undefined
    if (file !== undefined) return void response.writeHead(200, file.headers).end(file.body)
    if (pathname === '/api/feed') return this.#open(response, searchParams)
    if (pathname === '/api/state') {
      for (const batch of this.pipeline.flush()) this.#sendBatch(batch)
      return json(response, 200, this.pipeline.state())
    }
    const body = JSON.parse((await textOfBody(request)) || '{}') as Record<string, unknown>
    const key = String(request.headers['idempotency-key'] ?? '')
    const refusal = request.method === 'GET' ? undefined : this.refusals.shift()
    if (refusal === 0) return void response.destroy()
    if (refusal !== undefined) return json(response, refusal, { detail: 'Not now.' })
    if (pathname.startsWith('/api/dlq/')) {
      const [status, answer] = this.letters.answer(request.method ?? 'GET', pathname, searchParams, body)
      return json(response, status, answer)
    }
    if (pathname.startsWith('/api/history/')) {
      const history = this.histories.get(pathname)
      return history === undefined
        ? json(response, 502, { detail: 'The inspector does not answer.' })
        : json(response, 200, history)
    }
    const told = request.method === 'GET' ? this.analytics.answer(pathname) : null
    if (told !== null) return json(response, ...told)
    this.#route(`${request.method} ${pathname}`, body, key, response)
  }

  #route(route: string, body: Record<string, unknown>, key: string, response: ServerResponse): void {
    const id = Number(/\d+$/.exec(route)?.[0])
    if (route === 'POST /api/kill') this.kill()
    else if (route === 'POST /api/wipe') this.#wipe()
    else if (route === 'POST /api/poison') this.pipeline.refuse('amount "abc" is not a decimal.')
    else if (route === 'PUT /api/generator') return json(response, 200, this.#setGenerator(body))
    else if (route.startsWith('PUT /api/traces/')) return json(response, 200, this.pipeline.trace(id, 'selected')?.data ?? {})
    else if (route === 'GET /api/transfers') return this.#readApi(response)
    else if (route.startsWith('GET /api/users/')) return json(response, 200, this.pipeline.user(id), { etag: '"1"' })
    else if (!this.#isUp) return json(response, 503, { detail: 'The pipeline is down.' }, { 'retry-after': '1' })
    else if (route === 'POST /api/users') return this.#createUser(response, String(body['name']))
    else if (route.startsWith('PATCH /api/users/')) return this.#rename(response, id, String(body['name']))
    else if (route === 'POST /api/transfers') return this.#transfer(response, body, key)
    else return json(response, 404, { detail: `${route} is not here.` })
    json(response, 202, {})
  }

  #setGenerator(body: { running?: boolean; rate?: number }): object {
    const { generator } = this.pipeline.system
    const next = { ...generator, running: body.running ?? generator.running, rate: body.rate ?? generator.rate }
    const phase = this.#isUp ? (next.running ? 'running' : 'paused') : this.pipeline.system.phase
    this.#send(this.pipeline.setSystem({ generator: next, phase, since: this.#now() }))
    return next
  }

  #readApi(response: ServerResponse): void {
    if (this.readApiIsDown) return json(response, 502, { detail: 'No answer.' })
    const content = this.pipeline.transferIds.slice(-20).map((each) => this.pipeline.row(each))
    json(response, 200, { content, page: { number: 0, size: 20, totalElements: content.length, totalPages: 1 } })
  }

  #createUser(response: ServerResponse, name: string): void {
    const id = this.pipeline.addUser(name)
    json(response, 201, this.pipeline.user(id))
  }

  #rename(response: ServerResponse, id: number, name: string): void {
    this.pipeline.rename(id, name)
    json(response, 200, this.pipeline.user(id))
  }

  #transfer(response: ServerResponse, body: Record<string, unknown>, key: string): void {
    const row = this.pipeline.transfer(Number(body['fromUserId']), Number(body['toUserId']), String(body['amount']), key)
    this.#unsettled.push({ id: row.id, at: this.#now() })
    json(response, 201, row)
    setTimeout(() => {
      const trace = this.pipeline.trace(row.id, 'own')
      if (trace !== null) this.#send(trace)
    }, 60)
  }

  #open(response: ServerResponse, query: URLSearchParams): void {
    const missed = this.pipeline.since(query.get('at') ?? '')
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    if (missed === null) {
      write(response, { name: 'reset', data: { reason: 'other-topics', detail: 'The vector is of another cluster.' } })
      return void response.end()
    }
    const client = { response, ledger: Number(query.get('ledger') ?? 0) }
    write(response, this.pipeline.setSystem({}))
    for (const batch of missed) write(response, batch)
    this.#clients.add(client)
    response.on('close', () => this.#clients.delete(client))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    this.#server.closeAllConnections()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }
}

function textOf({ name, data, id }: Sent): string {
  return serverSentEvent({ type: name, id: id ?? null, text: JSON.stringify(data) })
}

function write(response: ServerResponse, event: Sent): void {
  response.write(textOf(event))
}

function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  const type = status < 400 ? 'application/json' : 'application/problem+json'
  response.writeHead(status, { 'content-type': type, ...headers }).end(JSON.stringify(body))
}

async function textOfBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
