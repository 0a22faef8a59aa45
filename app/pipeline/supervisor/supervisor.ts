import { setTimeout as delay } from 'node:timers/promises'
import type { Writable } from 'node:stream'
import { request } from 'undici'
import { defaultLimits } from '../../../examples/transfer-pipeline/topologies/settlement.ts'
import type { GeneratorChange, Poison } from '../../contracts/bff.ts'
import type { Owner, Part, System } from '../../contracts/feed.ts'
import type { FeedClient } from '../../feed/feed-client.ts'
import { serverSentEvent } from '../../feed/faces/face.ts'
import { FeedLog } from '../../feed/feed-log.ts'
import { FeedRows } from '../../feed/feed-rows.ts'
import type { RowState } from '../../feed/feed-rows.ts'
import { FeedRelay } from '../../feed/relay/feed-relay.ts'
import { Problem } from '../../platform/http/problem.ts'
import type { Watched } from '../../operations/operations.ts'
import type { ChildOptions, ChildUrls, FromChild } from '../child/messages.ts'
import { balancesApart } from './balances-apart.ts'
import { BffProxy } from './bff-proxy.ts'
import { ChildLife } from './child-life.ts'
import { Generator } from './generator.ts'
import { Ledger } from './ledger.ts'
import { Outbox } from './outbox.ts'
import { MoreEnrichers } from './more-enrichers.ts'
import { OwnTraces } from './own-traces.ts'
import { Phases } from './phases.ts'
import { openingOf, seedUsers } from './seed-users.ts'
import { sqlPoison } from './sql-poison.ts'
import { WriteSender } from './write-sender.ts'

export interface SupervisorOptions {
  readonly child: ChildOptions
  /** Where the child's output goes. */
  readonly output: Writable
  /** Kill, poison, wipe and the generator: only with the embedded cluster. */
  readonly controls: 'allowed' | 'absent'
  /** Transfers a second from the beginning; null: the generator waits to be started. */
  readonly rate: number | null
}

const tickMs = 1000
/** Below the limit of settlement: its window is by the times of SQL, the generator's by its own. */
const velocity = { count: Math.floor(defaultLimits.velocity.transfers * 0.8), windowMs: defaultLimits.velocity.windowMs }
const rebirthMs = 100
const noHistory = { read: () => Promise.reject(new Error('There is no history yet.')) as never }

/**
 * Keeps the child with broker and applications alive, and what must outlive it: the feed with its rows, the writes that wait, the ledger
 * of what SQL has acknowledged. A child that is killed comes back; one that ends by an error of its own ends the pipeline.
 */
export class Supervisor {
  readonly ledger = new Ledger()
  readonly generator: Generator
  readonly proxy: BffProxy
  readonly enrichers: MoreEnrichers
  readonly #options: SupervisorOptions
  readonly #relay = new FeedRelay(() => this.#starting.close('reset', { reason: 'started', detail: 'The pipeline has started.' }))
  readonly #starting = new FeedLog({ topics: [], start: new Map(), history: noHistory })
  readonly #phases = new Phases(() => this.#announce())
  readonly #ownTraces = new OwnTraces((ids) => this.inspector('PUT', '/traces', { ids }))
  readonly #sender = new WriteSender()
  readonly #outbox: Outbox
  readonly #failure = Promise.withResolvers<never>()
  readonly #parts = new Map<string, Part>()
  /** Keys of the transfers that open balances. */
  readonly #openings = new Set<string>()
  #owners: readonly Owner[] = []
  #restore: System['restore'] = null
  /** What the applications say; before they do, what holds in any case. */
  #guarantee: System['guarantee'] = 'at_least_once'
  #life: ChildLife | null = null
  #urls: ChildUrls | null = null
  #addresses: Watched = { services: new Map(), applications: new Map() }
  #isStopping = false
  #isAnnounced = false
  #proven = 0
  #ticking: NodeJS.Timeout | undefined

  constructor(options: SupervisorOptions) {
    this.#options = options
    this.#outbox = new Outbox({
      send: this.#sender.send,
      onAcknowledged: (key, id) => {
        this.ledger.add(key, id)
        if (!this.#openings.has(key)) this.generator.acknowledge()
        this.#checkDrained()
      },
      onRefused: () => this.#checkDrained(),
    })
    this.generator = new Generator({
      add: (transfer) => this.#outbox.add(transfer),
      velocity,
    })
    this.proxy = new BffProxy(({ key, id }) => this.#made(key, id))
    const { dir, enrichers: inChild = 1, avroMode, guarantee } = options.child
    this.enrichers = new MoreEnrichers({
      dir,
      inChild,
      avroMode,
      guarantee,
      output: options.output,
      onInstances: (instances) => this.#life?.send({ type: 'elsewhere', instances: [...instances] }),
      onPart: (part) => {
        this.#parts.set(part.name, part)
        this.#announce()
      },
    })
    this.#failure.promise.catch(() => {})
  }

  /** Rejects when the child has ended by an error of its own. */
  get failure(): Promise<never> {
    return this.#failure.promise
  }

  get log(): FeedLog {
    return this.#relay.log ?? this.#starting
  }

  get rows(): RowState {
    return this.#relay.rows ?? new FeedRows().state()
  }

  get urls(): ChildUrls | null {
    return this.#urls
  }

  /** Where services and applications are; while there is no child, where they were: they are down, and not gone. */
  get addresses(): Watched {
    return this.#addresses
  }

  start(): void {
    this.#ticking = setInterval(() => this.#tick(), tickMs)
    this.#begin()
  }

  /** Ends the pipeline with this error. */
  fail(error: Error): void {
    this.#failure.reject(error)
  }

  /** Resolves when the applications answer and the feed is there. */
  async ready(): Promise<void> {
    await this.#relay.started
    while (this.#phases.phase === 'starting') await delay(20)
  }

  /** SIGKILL; the child comes back by itself. Null: there is none to kill. */
  kill(): number | null {
    const pid = this.#urls === null ? null : (this.#life?.pid ?? null)
    if (pid !== null) this.#life!.kill()
    return pid
  }

  wipe(): void {
    if (this.#urls === null) throw away()
    this.#life!.send({ type: 'wipe' })
  }

  /** Writes what no application can process. The databases are files: a row of them needs no child. */
  async poison({ kind }: Poison): Promise<unknown> {
    return kind === 'sql' ? sqlPoison(this.#options.child) : this.inspector('POST', '/poison', { kind })
  }

  changeGenerator(change: GeneratorChange): void {
    this.generator.change(change)
    this.#phases.setPaused(!this.generator.state.running)
  }

  system(): System {
    const { phase, since, outage } = this.#phases
    const isAllowed = this.#options.controls === 'allowed'
    return {
      at: Date.now(),
      phase,
      since,
      outage,
      pid: process.pid,
      childPid: this.#life?.pid ?? null,
      parts: [...this.#parts.values()],
      restore: this.#restore,
      owners: this.#owners,
      guarantee: this.#guarantee,
      cluster: this.#options.child.kafka === undefined ? 'embedded' : 'kafka',
      generator: this.generator.state,
      waiting: this.#outbox.size,
      allows: { kill: isAllowed, poison: isAllowed, generator: isAllowed, wipe: isAllowed, discard: isAllowed },
    }
  }

  /** What a client of the feed gets first: how things are, and the ledger since `from`. */
  greeting(from: number | null): (client: FeedClient) => void {
    return (client) => {
      client.frame(serverSentEvent({ type: 'system', id: null, text: JSON.stringify(this.system()) }))
      const proof = this.ledger.proof(from ?? this.ledger.count)
      client.frame(serverSentEvent({ type: 'proof', id: null, text: JSON.stringify(proof) }))
    }
  }

  /** Asks the inspector of the child. */
  inspector(method: 'PUT' | 'POST', path: string, body: unknown): Promise<unknown> {
    const content = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
    return this.#ask('inspector', path, { method, ...content })
  }

  /** Asks the BFF of the child. */
  bff(path: string): Promise<unknown> {
    return this.#ask('bff', path, { method: 'GET' })
  }

  async #ask(service: 'inspector' | 'bff', path: string, options: Parameters<typeof request>[1]): Promise<unknown> {
    const url = this.#urls?.[service]
    if (url === undefined) throw away()
    const answer = await request(`${url}${path}`, options).catch(() => Promise.reject(away()))
    if (answer.statusCode >= 400) throw new Problem(502, `The ${service} answers ${answer.statusCode}.`)
    return answer.body.json()
  }

  async close(): Promise<void> {
    this.#isStopping = true
    clearInterval(this.#ticking)
    this.generator.close()
    this.#outbox.close()
    this.#phases.close()
    await this.enrichers.close()
    await this.#relay.close()
    this.#starting.close('server.closing', { detail: 'The pipeline stops.' })
    await this.#life?.stop()
  }

  #begin(): void {
    this.#life = new ChildLife(this.#options.child, this.#options.output, {
      onMessage: (message) => this.#hear(message),
      onExit: (pid, signal, code) => void this.#ended(pid, signal, code),
    })
    this.#phases.reborn(this.#life.pid)
  }

  #hear(message: FromChild): void {
    if (message.type === 'part') this.#parts.set(message.part.name, message.part)
    else if (message.type === 'urls') this.#answered(message.urls)
    else if (message.type === 'ready') void this.#serve()
    else if (message.type === 'addresses')
      this.#addresses = { services: new Map(message.services), applications: new Map(message.applications) }
    else if (message.type === 'sql')
      this.ledger.sql = { ...message.sql, balancesApart: balancesApart(message.balances, this.rows.balances) }
    else if (message.type === 'restore') this.#restore = message.restore
    else if (message.type === 'owners') this.#owners = message.owners
    else if (message.type === 'guarantee') this.#guarantee = message.guarantee
    else if (message.type === 'failed') this.#failure.reject(new Error(message.reason))
    this.#announce()
  }

  /** Writes go on at once, whatever is still restored. */
  #answered(urls: ChildUrls): void {
    this.#phases.answers(this.#outbox.size)
    this.#reach(urls)
  }

  #reach(urls: ChildUrls | null): void {
    this.#urls = urls
    this.#relay.follow(urls?.inspector ?? null)
    this.proxy.follow(urls?.bff ?? null)
    this.#sender.follow(urls?.transfers ?? null)
    this.enrichers.follow(urls)
  }

  /** All stores are there. */
  async #serve(): Promise<void> {
    this.ledger.setDown(false)
    this.#phases.ready()
    this.#checkDrained()
    if (this.#options.controls === 'allowed') await this.#prepareGenerator().catch(ignore)
  }

  /** Rejects if the child goes away meanwhile: the next one is asked again. */
  async #prepareGenerator(): Promise<void> {
    if (this.generator.hasUsers || this.#urls === null) return
    const { people, treasury } = await seedUsers(this.#urls.users)
    this.generator.setUsers(people)
    for (const id of people) this.#open(id, treasury)
    const { rate } = this.#options
    if (rate === null) this.#phases.setPaused(true)
    else this.changeGenerator({ running: true, rate })
  }

  #open(userId: number, treasury: number): void {
    const { key, transfer } = openingOf(userId, treasury)
    this.#openings.add(key)
    this.#outbox.add(transfer, key)
  }

  async #ended(pid: number, signal: string | null, code: number | null): Promise<void> {
    this.#reach(null)
    this.#life = null
    this.#restore = null
    if (this.#isStopping) return
    if (signal === null)
      return this.#failure.reject(new Error(`The process with the applications has ended by itself with code ${code}.`))
    for (const part of this.#parts.values()) this.#parts.set(part.name, { ...part, state: 'stopped' })
    this.ledger.setDown(true)
    this.#phases.died(pid, signal, this.#outbox.size)
    await delay(rebirthMs)
    if (!this.#isStopping) this.#begin()
  }

  #made(key: string, id: number): void {
    this.ledger.add(key, id)
    this.#ownTraces.add(id)
  }

  #checkDrained(): void {
    const backAt = this.#phases.outage?.backAt ?? null
    if (backAt !== null && !this.#outbox.hasOlderThan(backAt)) this.#phases.drained()
  }

  #tick(): void {
    const proof = this.ledger.proof(this.#proven)
    this.#proven = proof.to
    this.log.emit('proof', proof)
    if (this.#outbox.size > 0 || this.generator.state.running) this.#announce()
  }

  /** At most once in a turn, however much has changed in it. */
  #announce(): void {
    if (this.#isAnnounced) return
    this.#isAnnounced = true
    setTimeout(() => {
      this.#isAnnounced = false
      this.log.emit('system', this.system())
    }, 20)
  }
}

const away = (): Problem => new Problem(503, 'The pipeline is down, and comes back by itself.', {}, { retryAfterS: 1 })

const ignore = (): void => undefined
