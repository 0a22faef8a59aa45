import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { Pool, errors } from 'undici'
import { bodyBytesMax } from '../../platform/http/open-http.ts'
import { madeHeader, parseMade } from '../../services/bff/made-transfers.ts'
import type { Made } from '../../services/bff/made-transfers.ts'
import { Problem, problemBody, problemMediaType } from '../../platform/http/problem.ts'

const headersOut = ['content-type', 'content-length', 'idempotency-key', 'if-match', 'accept']
const headersBack = ['content-type', 'content-length', 'location', 'etag', 'retry-after', 'allow']
const timeoutMs = 10_000
/** A stream says every 12 s that it is there. */
const silenceMs = 60_000

/** Passes requests on to the BFF of the child, wherever that is now. It tells of each transfer that was made. */
export class BffProxy {
  readonly #onMade: (made: Made) => void
  #pool: Pool | null = null

  constructor(onMade: (made: Made) => void) {
    this.#onMade = onMade
  }

  /** Null: there is no child. */
  follow(url: string | null): void {
    void this.#pool?.destroy()
    this.#pool = url === null ? null : new Pool(url, { connections: 128, headersTimeout: timeoutMs, bodyTimeout: timeoutMs })
  }

  /** Answers the request. */
  async pass(request: IncomingMessage, response: ServerResponse, headers: Readonly<Record<string, string>>): Promise<void> {
    try {
      await this.#pass(request, response, headers)
    } catch (error) {
      refuse(response, problemOf(error), headers)
    }
  }

  async #pass(request: IncomingMessage, response: ServerResponse, headers: Readonly<Record<string, string>>): Promise<void> {
    if (this.#pool === null) throw away
    const { method = 'GET', url = '/' } = request
    const hasBody = method !== 'GET' && method !== 'HEAD' && method !== 'DELETE'
    const sent = pick(headersOut, request.headers)
    const isStream = sent['accept']?.includes('text/event-stream') === true
    const answer = await this.#pool.request({
      method: method as 'GET',
      path: url,
      headers: sent,
      body: hasBody ? await readBody(request) : null,
      // A write is carried out and told, whether or not its client is still there.
      ...(isStream && { signal: closed(response), bodyTimeout: silenceMs }),
    })
    if (method === 'POST' && answer.statusCode < 300) this.#tell(request, answer.headers)
    response.writeHead(answer.statusCode, { ...headers, ...pick(headersBack, answer.headers) })
    await pipeline(answer.body, response)
  }

  #tell({ headers }: IncomingMessage, { location, [madeHeader]: made }: Readonly<Record<string, unknown>>): void {
    if (typeof made === 'string') for (const each of parseMade(made)) this.#onMade(each)
    const id = typeof location === 'string' ? /^\/api\/transfers\/(\d+)$/.exec(location)?.[1] : undefined
    const key = headers['idempotency-key']
    if (id !== undefined && typeof key === 'string') this.#onMade({ key, id: Number(id) })
  }
}

function closed(response: ServerResponse): AbortSignal {
  const closing = new AbortController()
  response.once('close', () => closing.abort())
  return closing.signal
}

/** All of it before any of it is passed on: a service that refuses it half way would look as if it were down. */
async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  // Whoever is refused still gets the answer: the connection stays.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > bodyBytesMax) throw new Problem(413, 'The body is too large.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const away = new Problem(
  503,
  'The pipeline is down, and comes back by itself. What you send waits with its key.',
  {},
  { retryAfterS: 1 },
)

function pick(names: readonly string[], headers: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (typeof headers[name] === 'string' ? [[name, headers[name]]] : [])))
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error
  const isSlow = error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError
  return isSlow ? new Problem(504, 'The pipeline takes too long to answer. Try again.', {}, { retryAfterS: 1 }) : away
}

export function refuse(response: ServerResponse, problem: Problem, headers: Readonly<Record<string, string>>): void {
  if (response.headersSent) return void response.destroy()
  const retry = problem.retryAfterS === undefined ? {} : { 'retry-after': String(problem.retryAfterS) }
  response.writeHead(problem.status, { ...headers, ...retry, 'content-type': problemMediaType })
  response.end(JSON.stringify(problemBody(problem)))
}
