import type { Cluster } from 'millrace'
import type { Static, TObject } from 'typebox'
import type { Http } from './http/open-http.ts'
import { accessOf, guard } from './http/access.ts'
import { atFreePort } from './http/at-free-port.ts'
import type { PortTaken } from './http/at-free-port.ts'
import { Problem } from './http/problem.ts'
import type { Log } from './log.ts'

/** What a service is, before it runs: a name, a configuration, and how it starts. */
export interface ServiceDefinition<C extends TObject> {
  readonly name: string
  /** One sentence for --help. */
  readonly summary: string
  /** The fields of the configuration, flat: each is a flag and a variable of the environment, too. */
  readonly config: C
  start(config: Static<C>, context: ServiceContext): Promise<Service>
}

/** What a service is given beside its configuration. */
export interface ServiceContext {
  readonly log: Log
  /** A cluster in this process. Without it the service connects to the one that its configuration names. */
  readonly cluster?: Cluster
  /** The addresses of the services that run now, by name, stream applications apart. Without it they are those that a configuration names. */
  readonly services?: () => ReadonlyMap<string, string>
  /** The same of the stream applications. */
  readonly applications?: () => ReadonlyMap<string, string>
}

/** A service that runs. */
export interface Service {
  readonly url: string
  /** Resolves when the service answers with data; before that it may answer 503. */
  readonly ready: Promise<void>
  /** Rejects when the service can no longer go on; never resolves. */
  readonly failed: Promise<never>
  /** Ends all it has, last opened first. Idempotent. */
  close(): Promise<void>
}

/** Where a service listens. */
interface Listening {
  readonly host: string
  readonly port: number
  readonly portTaken: PortTaken
  readonly tokenFile?: string
  readonly requestsPerS?: number
}

/** Why a part of a service does not do its work now; none: it does. `isLive` false: only a new process helps. */
export type HealthCheck = () => { readonly isLive: boolean; readonly reasons: readonly string[] }

/** Collects what a service opens while it starts. What it has opened is closed again if the start fails. */
export class ServiceParts implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack()
  readonly #failure = Promise.withResolvers<never>()
  readonly #stopping = new AbortController()
  readonly #readiness: Promise<unknown>[] = []
  readonly #checks: HealthCheck[] = []
  #started = false

  constructor() {
    this.#failure.promise.catch(() => {})
  }

  /** Aborted before anything is closed: whoever waits for another service gives up then. */
  get stopping(): AbortSignal {
    return this.#stopping.signal
  }

  /** `close` is called when the service ends. */
  defer(close: () => void | Promise<void>): void {
    this.#stack.defer(close)
  }

  use<T extends AsyncDisposable | Disposable>(part: T): T {
    return this.#stack.use(part)
  }

  /** The service is ready when all of these have resolved. */
  awaits(readiness: Promise<unknown>): void {
    readiness.catch(this.fail)
    this.#readiness.push(readiness)
  }

  /** Asked at each probe. The service is ready while it has no reason not to be. */
  checks(check: HealthCheck): void {
    this.#checks.push(check)
  }

  /** The service cannot go on when this rejects. */
  dependsOn(part: Promise<unknown>): void {
    part.catch(this.fail)
  }

  /** To be called with the error that ends the service. What fails while it closes ends nothing any more. */
  readonly fail = (error: Error): void => {
    if (!this.#stopping.signal.aborted) this.#failure.reject(error)
  }

  /** Listens, and hands all that was opened over to the service. */
  async listen(http: Http, given: Listening): Promise<Service> {
    const { host, port, portTaken } = given
    await guard(http, accessOf(given))
    const ready = Promise.all(this.#readiness).then(() => {})
    ready.catch(() => {})
    addHealth(http, ready, this.#checks)
    this.defer(() => http.close())
    const listen = (tried: number): Promise<string> => http.listen({ host, port: tried })
    const url = await (portTaken === 'next' ? atFreePort(port, listen) : listen(port))
    this.#started = true
    let closing: Promise<void> | undefined
    return { url, ready, failed: this.#failure.promise, close: () => (closing ??= this.#close()) }
  }

  /** Closes what was opened, unless a service has it by now. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#started) await this.#close()
  }

  #close(): Promise<void> {
    this.#stopping.abort()
    return this.#stack.disposeAsync()
  }
}

function addHealth(http: Http, ready: Promise<void>, checks: readonly HealthCheck[]): void {
  let isReady = false
  ready.then(() => (isReady = true)).catch(() => {})
  http.get('/health/live', { schema: { summary: 'Whether the process answers, and has not ended its work.' } }, () => {
    const { reasons } = checks.map((check) => check()).find(({ isLive }) => !isLive) ?? { reasons: null }
    if (reasons !== null) throw new Problem(503, `The service has ended. ${reasons.join(' ')}`)
    return { status: 'live' }
  })
  http.get('/health/ready', { schema: { summary: 'Whether it answers with data, and does its work.' } }, () => {
    const reasons = checks.flatMap((check) => check().reasons)
    if (reasons.length > 0) throw new Problem(503, reasons.join(' '), {}, { retryAfterS: 1 })
    if (!isReady) throw new Problem(503, 'The service is not ready yet.', {}, { retryAfterS: 1 })
    return { status: 'ready' }
  })
}
