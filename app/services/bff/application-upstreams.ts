import { Problem } from '../../platform/http/problem.ts'
import type { ServiceContext } from '../../platform/service.ts'
import { Upstream } from './upstream.ts'
import type { UpstreamOptions } from './upstream.ts'

/** The addresses of stream applications by name. They may start later than who asks, and again elsewhere. */
export type Addresses = NonNullable<ServiceContext['applications']>

/** Reads `NAME=URL,NAME=URL`. */
export function parseAddresses(text: string): ReadonlyMap<string, string> {
  const pairs = text.split(',').filter((pair) => pair.includes('='))
  return new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]))
}

/** More instances of an application are named `transfer-enricher-2`, `transfer-enricher-3`, … */
export function applicationOf(instance: string): string {
  return instance.replace(/-\d+$/, '')
}

/** The stream applications behind the BFF, wherever each of them is now. */
export class ApplicationUpstreams implements AsyncDisposable {
  readonly #addresses: Addresses
  readonly #options: Pick<UpstreamOptions, 'timeoutMs' | 'token'>
  readonly #open = new Map<string, { readonly url: string; readonly upstream: Upstream }>()

  constructor(addresses: Addresses, options: Pick<UpstreamOptions, 'timeoutMs' | 'token'>) {
    this.#addresses = addresses
    this.#options = options
  }

  /** Of applications; one that runs several times is named once. */
  get names(): readonly string[] {
    return [...new Set([...this.#addresses().keys()].map(applicationOf))].sort()
  }

  /** All instances of an application. Throws a 404 for a name that is none of an application that runs. */
  instances(name: string): readonly Upstream[] {
    const instances = [...this.#addresses().keys()].filter((instance) => applicationOf(instance) === name).sort()
    if (instances.length === 0) throw new Problem(404, `There is no stream application ${name} that runs.`)
    return instances.map((instance) => this.of(instance))
  }

  /** Throws a 502 while the application is not there. */
  of(name: string): Upstream {
    const url = this.#addresses().get(name)
    if (url === undefined) throw new Problem(502, `${name} does not run yet. The other pages work.`, {}, { retryAfterS: 1 })
    const known = this.#open.get(name)
    if (known?.url === url) return known.upstream
    void known?.upstream.close()
    const upstream = new Upstream({ name, url, meanwhile: 'The other pages work.', ...this.#options })
    this.#open.set(name, { url, upstream })
    return upstream
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#open.values()].map(({ upstream }) => upstream.close()))
  }
}
