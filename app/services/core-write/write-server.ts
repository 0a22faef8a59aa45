import type { DatabaseSync } from 'node:sqlite'
import Fastify from 'fastify'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { parsePage } from '../../platform/http/page.ts'
import { Problem, answerProblems } from '../../platform/http/problem.ts'
import { Transfers } from '../../bank/transfers.ts'
import { Users } from '../../bank/users.ts'

type Request = FastifyRequest<{ Params: { id: string }; Querystring: { page?: string; size?: string }; Body: unknown }>

/** The write API: what goes in here is a row in SQL, and nothing else. The pipeline learns of it by change capture. */
export function writeServer(database: DatabaseSync, now: () => string = () => new Date().toISOString()): FastifyInstance {
  const server = Fastify({ forceCloseConnections: true, bodyLimit: 16_384 })
  const users = new Users(database, now)
  answerProblems(server)
  addUsers(server, users)
  addTransfers(server, new Transfers(database, users, now))
  return server
}

function addUsers(server: FastifyInstance, users: Users): void {
  server.get('/users', (request: Request) => users.list(parsePage(request.query)))
  server.get('/users/:id', (request: Request) => users.get(idOf(request)))
  server.patch('/users/:id', (request: Request) => users.rename(idOf(request), bodyOf(request)))
  server.post('/users', (request: Request, reply) => {
    const user = users.create(bodyOf(request))
    return reply.code(201).header('location', `/users/${user.id}`).send(user)
  })
  server.delete('/users/:id', (request: Request, reply) => {
    users.delete(idOf(request))
    return reply.code(204).send()
  })
}

function addTransfers(server: FastifyInstance, transfers: Transfers): void {
  server.get('/transfers', (request: Request) => transfers.list(parsePage(request.query)))
  server.get('/transfers/:id', (request: Request) => transfers.get(idOf(request)))
  server.patch('/transfers/:id', (request: Request) => transfers.change(idOf(request), bodyOf(request)))
  server.post('/transfers', (request: Request, reply) => {
    const transfer = transfers.create(bodyOf(request), idempotencyKey(request))
    return reply.code(201).header('location', `/transfers/${transfer.id}`).send(transfer)
  })
  server.delete('/transfers/:id', (request: Request, reply) => {
    transfers.delete(idOf(request))
    return reply.code(204).send()
  })
}

function idOf({ params: { id } }: Request): number {
  if (/^\d{1,15}$/.test(id)) return Number(id)
  throw new Problem(400, `${JSON.stringify(id)} is no id.`)
}

function bodyOf({ body }: Request): Record<string, unknown> {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Record<string, unknown>
  throw new Problem(400, 'The body is a JSON object.')
}

function idempotencyKey({ headers }: Request): string | null {
  const key = headers['idempotency-key']
  if (key === undefined) return null
  if (typeof key === 'string' && key.length >= 1 && key.length <= 64) return key
  throw new Problem(400, 'An Idempotency-Key has 1 to 64 characters.')
}
