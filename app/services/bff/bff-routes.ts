import { randomUUID } from 'node:crypto'
import type { FastifyRequest, RouteHandlerMethod } from 'fastify'
import Type from 'typebox'
import { requestHeaders } from '../../bank/http.ts'
import type { Page } from '../../contracts/bff.ts'
import type { Http } from '../../platform/http/open-http.ts'
import { Problem } from '../../platform/http/problem.ts'
import { letterOperations } from '../../dead-letters/letter-schemas.ts'
import { readOperations } from '../core-read/read-routes.ts'
import { historyOperation } from '../inspector/history/history-operation.ts'
import { transferOperations } from '../transfers-write/transfers-routes.ts'
import { userOperations } from '../users-write/users-routes.ts'
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
  const { list, create, ...ofOne } = userOperations
  http.get('/api/users', passedOn('users', list), (request, reply) => pass(users, request, reply, '/users'))
  http.post('/api/users', passedOn('users', create), (request, reply) => pass(users, request, reply, '/users'))
  const one: RouteHandlerMethod = (request, reply) => pass(users, request, reply, `/users/${idOf(request as Request)}`)
  http.get('/api/users/:id', passedOn('users', ofOne.get), one)
  http.patch('/api/users/:id', passedOn('users', ofOne.rename), one)
  http.delete('/api/users/:id', passedOn('users', ofOne.delete), one)
}

function addTransferRoutes(http: Http, { transfers, read }: Upstreams): void {
  const of = (operation: object) => passedOn('transfers', operation)
  const row: RouteHandlerMethod = (request, reply) => pass(transfers, request, reply, `/transfers/${idOf(request as Request)}`)
  http.get('/api/transfers', of(readOperations.list), (request, reply) => pass(read, request, reply, '/transfers-enriched'))
  http.get('/api/transfers/:id', of(readOperations.get), (request, reply) =>
    pass(read, request, reply, `/transfers-enriched/${idOf(request as Request)}`),
  )
  http.get('/api/transfers/:id/row', of(transferOperations.get), row)
  http.post('/api/transfers', of({ ...transferOperations.create, headers: Type.Required(requestHeaders) }), (request, reply) => {
    const rule = 'A transfer is sent with an Idempotency-Key, so that trying again never makes two.'
    if (request.headers['idempotency-key'] === undefined) throw new Problem(400, rule, { 'Idempotency-Key': rule })
    return pass(transfers, request, reply, '/transfers')
  })
  http.patch('/api/transfers/:id', of(transferOperations.change), row)
  http.delete('/api/transfers/:id', of(transferOperations.delete), row)
}

function addLetterRoutes(http: Http, { letters }: Upstreams): void {
  const of = (operation: object) => passedOn('dead letters', operation)
  const one = '/api/dlq/letters/:topic/:p/:o'
  http.get('/api/dlq/letters', of(letterOperations.list), (request, reply) => pass(letters, request, reply, '/letters'))
  http.get(one, of(letterOperations.get), (request, reply) => pass(letters, request, reply, letterPath(request as LetterRequest)))
  for (const what of ['replay', 'discard'] as const)
    http.post(`${one}/${what}`, of(letterOperations[what]), (request, reply) =>
      pass(letters, request, reply, `${letterPath(request as LetterRequest)}/${what}`),
    )
}

function addHistoryRoutes(http: Http, { inspector }: Upstreams): void {
  for (const [kind, operationId] of [
    ['transfers', 'getTransferHistory'],
    ['users', 'getUserHistory'],
  ] as const)
    http.get(`/api/history/${kind}/:id`, passedOn('history', { operationId, ...historyOperation }), (request, reply) =>
      pass(inspector, request, reply, `/history/${kind}/${idOf(request as Request)}`),
    )
}

/** What the page of the origin called: bare arrays, and a POST that answers 200 with nothing. */
function addOriginRoutes(http: Http, { users, transfers, read }: Upstreams): void {
  const { operationId: _user, ...newUser } = userOperations.create
  const { operationId: _transfer, response: _, ...newTransfer } = transferOperations.create
  http.get('/users', { schema: { tags: ['origin'], summary: 'All users.' } }, () => allOf(users, '/users?'))
  http.get('/transfers', { schema: { tags: ['origin'], summary: 'All transfers with names.' } }, () =>
    allOf(read, '/transfers-enriched?sort=id&'),
  )
  http.post('/users', passedOn('origin', newUser), (request, reply) => pass(users, request, reply, '/users'))
  http.post('/transfers', passedOn('origin', newTransfer), async (request, reply) => {
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
