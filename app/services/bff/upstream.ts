import { setTimeout as delay } from 'node:timers/promises'
import { Pool, errors } from 'undici'
import { Problem } from '../../platform/http/problem.ts'

export interface UpstreamRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** With the query. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer | undefined
}

export interface UpstreamAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export interface UpstreamOptions {
  /** Its name in messages to people: `read API`. */
  readonly name: string
  readonly url: string
  /** What a page may still be used for meanwhile, as a sentence. */
  readonly meanwhile: string
  readonly timeoutMs?: number
  /** What it asks of those who write. */
  readonly token?: string | undefined
}

/**
 * What all of them answer; one that does not is left out as long as another does: it may just have been killed. Where none has anything to
 * say, it is what the first answers.
 */
export async function answersOf<T>(
  upstreams: readonly Upstream[],
  request: UpstreamRequest,
): Promise<{ readonly values: readonly T[] } | { readonly refusal: UpstreamAnswer }> {
  const settled = await Promise.allSettled(upstreams.map((upstream) => upstream.send(request)))
  const answers = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  const values = answers.filter(({ status }) => status === 200).map(({ body }) => JSON.parse(body.toString()) as T)
  if (values.length > 0) return { values }
  // What is refused, such as a key of another kind, is worth more than that something is on its way.
  const refusal = answers.find(({ status }) => status < 500) ?? answers[0]
  if (refusal !== undefined) return { refusal }
  throw (settled[0] as PromiseRejectedResult).reason
}

const passedOn = ['content-type', 'location', 'etag', 'retry-after', 'allow']
const triesOfGet = 3
const retryMs = 100
const silenceMs = 60_000

/**
 * A service behind this one. What it answers is passed on; that it does not answer is a 502, that it is too slow a 504. Only GET is tried
 * again: nobody else knows whether a write was carried out.
 */
export class Upstream {
  readonly #options: UpstreamOptions
  readonly #pool: Pool
  readonly #proof: Readonly<Record<string, string>>

  constructor(options: UpstreamOptions) {
    const timeoutMs = options.timeoutMs ?? 5000
    this.#options = options
    this.#proof = options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }
    this.#pool = new Pool(options.url, {
      connections: 64,
      connect: { timeout: 1000 },
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    })
  }

  async send(request: UpstreamRequest): Promise<UpstreamAnswer> {
    const tries = request.method === 'GET' ? triesOfGet : 1
    for (let tried = 1; ; tried++) {
      const answer = await this.#try(request)
      if (!(answer instanceof Problem)) return answer
      if (tried >= tries || answer.status === 504) throw answer
      await delay(retryMs * tried)
    }
  }

  async get<T>(path: string): Promise<T> {
    const { status, body } = await this.send({ method: 'GET', path })
    if (status !== 200) throw new Problem(502, `The ${this.#options.name} answers ${status}. ${this.#options.meanwhile}`)
    return JSON.parse(body.toString()) as T
  }

  /** What a stream sends, until `signal` is aborted. A stream says every 15 s that it is there. */
  async stream(path: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const options = { method: 'GET', path, headers: this.#proof, signal, bodyTimeout: silenceMs } as const
    const answer = await this.#pool.request(options).catch((error: unknown) => {
      throw this.#problem(502, 'does not answer', error)
    })
    if (answer.statusCode === 200) return answer.body
    await answer.body.dump()
    throw this.#problem(502, `answers ${answer.statusCode}`, null)
  }

  close(): Promise<void> {
    return this.#pool.destroy()
  }

  async #try(request: UpstreamRequest): Promise<UpstreamAnswer | Problem> {
    try {
      const { method, path, headers = {}, body = null } = request
      const answer = await this.#pool.request({ method, path, headers: { ...headers, ...this.#proof }, body })
      const bytes = Buffer.from(await answer.body.arrayBuffer())
      if (answer.statusCode === 500) return this.#problem(502, 'fails', null)
      const passed = passedOn.flatMap((name) => (typeof answer.headers[name] === 'string' ? [[name, answer.headers[name]]] : []))
      return { status: answer.statusCode, headers: Object.fromEntries(passed) as Record<string, string>, body: bytes }
    } catch (error) {
      const isSlow = error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError
      return isSlow ? this.#problem(504, 'takes too long', error) : this.#problem(502, 'does not answer', error)
    }
  }

  #problem(status: number, what: string, cause: unknown): Problem {
    const { name, meanwhile } = this.#options
    return new Problem(status, `The ${name} ${what}. ${meanwhile}`, {}, { retryAfterS: 1, cause })
  }
}
