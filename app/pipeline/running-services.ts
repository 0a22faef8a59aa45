import type { Static, TObject } from 'typebox'
import type { Part } from '../contracts/feed.ts'
import type { Service, ServiceContext, ServiceDefinition } from '../platform/service.ts'
import { streamsService } from '../services/streams/main.ts'

/** What every service has beside its own configuration: all listen on this machine. */
const listening = { host: '127.0.0.1', portTaken: 'next', logLevel: 'info', kafka: '' } as const

/** What of a service's configuration is its own. */
export type OwnConfig<C extends TObject> = Omit<Static<C>, keyof typeof listening | 'port'> & { readonly kafka?: string }

/** The port that a part wants. 0 is any free one. */
export type PortOf = (name: string) => number

/** The services of this process, by name. */
export class RunningServices {
  readonly #context: ServiceContext
  readonly #portOf: PortOf
  readonly #onPart: (part: Part) => void
  readonly #failure = Promise.withResolvers<never>()
  readonly #services = new Map<string, Service>()
  readonly #applications = new Set<string>()
  /** Of applications in other processes. */
  #elsewhere: ReadonlyMap<string, string> = new Map()

  constructor(context: ServiceContext, portOf: PortOf, parts: AsyncDisposableStack, onPart: (part: Part) => void) {
    this.#context = context
    this.#portOf = portOf
    this.#onPart = onPart
    this.#failure.promise.catch(() => {})
    parts.defer(() => this.#stopAll())
  }

  /** Rejects with the error of the first service that cannot go on. */
  get failure(): Promise<never> {
    return this.#failure.promise
  }

  /** To be called with the error of a part that cannot go on. */
  readonly fail = (error: Error): void => this.#failure.reject(error)

  /** `name` is that of the part, where several parts run the same service. */
  async start<C extends TObject>(
    definition: ServiceDefinition<C>,
    config: OwnConfig<C>,
    name: string = definition.name,
  ): Promise<Service> {
    const log = this.#context.log.child({ service: definition.name })
    const kind = definition.name === streamsService.name ? 'application' : 'service'
    const given = { ...listening, port: this.#portOf(name), ...config } as Static<C>
    const start = (): Promise<Service> =>
      definition.start(given, {
        ...this.#context,
        log,
        services: () => this.services(),
        applications: () => this.applications(),
      })
    const service = await timed({ name, kind }, this.#onPart, start)
    this.#services.set(name, service)
    if (kind === 'application') this.#applications.add(name)
    service.failed.catch((error: Error) => {
      this.#onPart({ name, kind, state: 'failed', ms: null, reason: error.message })
      this.fail(error)
    })
    return service
  }

  /** The addresses of the services that run now, by name, stream applications apart. */
  services(): ReadonlyMap<string, string> {
    return new Map(this.#own((name) => !this.#applications.has(name)))
  }

  /** The addresses of the stream applications that run now, by name. */
  applications(): ReadonlyMap<string, string> {
    return new Map([...this.#own((name) => this.#applications.has(name)), ...this.#elsewhere])
  }

  know(elsewhere: ReadonlyMap<string, string>): void {
    this.#elsewhere = elsewhere
  }

  #own(isMeant: (name: string) => boolean): (readonly [name: string, url: string])[] {
    return [...this.#services].flatMap(([name, { url }]) => (isMeant(name) ? [[name, url] as const] : []))
  }

  async stop(name: string): Promise<void> {
    const service = this.#services.get(name)
    this.#services.delete(name)
    await service?.close()
    this.#onPart({ name, kind: 'application', state: 'stopped', ms: null, reason: null })
  }

  async ready(): Promise<void> {
    await Promise.all([...this.#services.values()].map((service) => service.ready))
  }

  /** Last started first. */
  async #stopAll(): Promise<void> {
    for (const service of [...this.#services.values()].reverse()) await service.close()
  }
}

/** Starts a part, and tells when it begins and how long it took. */
export async function timed<T>(
  part: Pick<Part, 'name' | 'kind'>,
  onPart: (part: Part) => void,
  start: () => Promise<T>,
): Promise<T> {
  const startMs = performance.now()
  onPart({ ...part, state: 'starting', ms: null, reason: null })
  const started = await start()
  onPart({ ...part, state: 'running', ms: Math.round(performance.now() - startMs), reason: null })
  return started
}
