import { randomUUID } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Page } from '../../contracts/bff.ts'
import type { Http } from '../../platform/http/open-http.ts'
import { Problem } from '../../platform/http/problem.ts'
import { give, pass, passedOn, toUpstream } from './pass.ts'
import type { Request } from './pass.ts'
import type { Upstream } from './upstream.ts'

export interface Upstreams {
  readonly users: Upstream
  readonly transfers: Upstream
  readonly read: Upstream
  readonly letters: Upstream
  readonly inspector: Upstream
}

type LetterRequest = FastifyRequest<{ Params: { topic: string; p: string; o: string } }>

function letterPath({ params: { topic, p, o } }: LetterRequest): string {
  return `/letters/${[topic, p, o].map(encodeURIComponent).join('/')}`
}

/** The routes of the page, and those of the origin's page. */
export function addBffRoutes(http: Http, upstreams: Upstreams): void {
  // Bodies pass through as they came: a number must not be rounded on its way.
  http.removeContentTypeParser('application/json')
  http.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) => body)
  addUserRoutes(http, upstreams)
  addTransferRoutes(http, upstreams)
  addLetterRoutes(http, upstreams)
  addHistoryRoutes(http, upstreams)
  addOriginRoutes(http, upstreams)
}

function addUserRoutes(http: Http, { users }: Upstreams): void {
  for (const method of ['GET', 'POST'] as const)
    http.route({ method, url: '/api/users', ...passedOn, handler: (request, reply) => pass(users, request, reply, '/users') })
  for (const method of ['GET', 'PATCH', 'DELETE'] as const)
    http.route({
      method,
      url: '/api/users/:id',
      ...passedOn,
      handler: (request, reply) => pass(users, request, reply, `/users/${idOf(request as Request)}`),
    })
}

function addTransferRoutes(http: Http, { transfers, read }: Upstreams): void {
  http.get('/api/transfers', passedOn, (request, reply) => pass(read, request, reply, '/transfers-enriched'))
  http.get('/api/transfers/:id', passedOn, (request, reply) =>
    pass(read, request, reply, `/transfers-enriched/${idOf(request as Request)}`),
  )
  http.get('/api/transfers/:id/row', passedOn, (request, reply) =>
    pass(transfers, request, reply, `/transfers/${idOf(request as Request)}`),
  )
  http.post('/api/transfers', passedOn, (request, reply) => {
    const rule = 'A transfer is sent with an Idempotency-Key, so that trying again never makes two.'
    if (request.headers['idempotency-key'] === undefined) throw new Problem(400, rule, { 'Idempotency-Key': rule })
    return pass(transfers, request, reply, '/transfers')
  })
  for (const method of ['PATCH', 'DELETE'] as const)
    http.route({
      method,
      url: '/api/transfers/:id',
      ...passedOn,
      handler: (request, reply) => pass(transfers, request, reply, `/transfers/${idOf(request as Request)}`),
    })
}

function addLetterRoutes(http: Http, { letters }: Upstreams): void {
  const one = '/api/dlq/letters/:topic/:p/:o'
  http.get('/api/dlq/letters', passedOn, (request, reply) => pass(letters, request, reply, '/letters'))
  http.get(one, passedOn, (request, reply) => pass(letters, request, reply, letterPath(request as LetterRequest)))
  for (const what of ['replay', 'discard'])
    http.post(`${one}/${what}`, passedOn, (request, reply) =>
      pass(letters, request, reply, `${letterPath(request as LetterRequest)}/${what}`),
    )
}

function addHistoryRoutes(http: Http, { inspector }: Upstreams): void {
  for (const kind of ['transfers', 'users'])
    http.get(`/api/history/${kind}/:id`, passedOn, (request, reply) =>
      pass(inspector, request, reply, `/history/${kind}/${idOf(request as Request)}`),
    )
}

/** What the page of the origin called: bare arrays, and a POST that answers 200 with nothing. */
function addOriginRoutes(http: Http, { users, transfers, read }: Upstreams): void {
  http.get('/users', () => allOf(users, '/users?'))
  http.get('/transfers', () => allOf(read, '/transfers-enriched?sort=id&'))
  http.post('/users', passedOn, (request, reply) => pass(users, request, reply, '/users'))
  http.post('/transfers', passedOn, async (request, reply) => {
    const sent = toUpstream(request as Request, '/transfers')
    const headers = { 'idempotency-key': randomUUID(), ...sent.headers }
    const answer = await transfers.send({ ...sent, headers })
    if (answer.status !== 201) return give(reply, answer)
    return reply
      .code(200)
      .headers({ location: `/api${answer.headers['location'] ?? ''}` })
      .send(Buffer.alloc(0))
  })
}

/** All pages, as one list. */
async function allOf(upstream: Upstream, path: string): Promise<unknown[]> {
  const rows: unknown[] = []
  for (let number = 0; ; number++) {
    const { content, page } = await upstream.get<Page<unknown>>(`${path}size=500&page=${number}`)
    rows.push(...content)
    if (number + 1 >= page.totalPages) return rows
  }
}

/** As it came, escaped: it must stay one segment of the path. */
function idOf({ params }: Request): string {
  return encodeURIComponent(params.id ?? '')
}
