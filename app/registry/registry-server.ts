import Fastify from 'fastify'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { answerUnreadable } from '../platform/http/answer-unreadable.ts'
import { atFreePort } from '../platform/http/at-free-port.ts'
import type { PortTaken } from '../platform/http/at-free-port.ts'
import { addMetrics } from '../platform/http/metrics.ts'
import { plainNumber } from '../platform/plain-number.ts'
import { Registry } from './registry.ts'
import { RegistryError } from './registry-error.ts'
import { JournaledStore } from './journaled-store.ts'
import type { SchemaJournal } from './schema-journal.ts'
import { SchemaStore } from './schema-store.ts'
import type { Reference, StoredVersion } from './schema-store.ts'
import type { Submitted } from './registry.ts'

const mediaType = 'application/vnd.schemaregistry.v1+json'

type Parameters = Record<'subject' | 'version' | 'id', string>
type Query = Partial<Record<'deleted' | 'permanent' | 'verbose' | 'defaultToGlobal', string>>
type Request = FastifyRequest<{ Params: Parameters; Querystring: Query; Body: unknown }>

export interface RegistryOptions {
  /** Port on 127.0.0.1; 0 takes a free one. */
  readonly port: number
  /** What happens where the port is taken. Default `fail`. */
  readonly portTaken?: PortTaken
  /** Where the schemas are: a SQLite file, `:memory:`, or a journal outside of this process. */
  readonly path: string | SchemaJournal
  /** Is told when the journal takes no more changes: the registry then answers no more of them. */
  readonly onFailure?: (error: Error) => void
}

/** A schema registry for development and tests: Confluent's REST API for Avro, as far as clients use it. */
export async function openRegistry(options: RegistryOptions): Promise<OpenRegistry> {
  const { path, onFailure = () => {} } = options
  if (typeof path !== 'string') return openJournaled(options, path, onFailure)
  const store = new SchemaStore(path)
  const server = registryServer(new Registry(store))
  server.addHook('onClose', () => store.close())
  return listen(server, options)
}

interface OpenRegistry {
  readonly url: string
  close(): Promise<void>
}

async function openJournaled(
  options: RegistryOptions,
  journal: SchemaJournal,
  onFailure: (error: Error) => void,
): Promise<OpenRegistry> {
  const journaled = await JournaledStore.open(journal)
  const keep = (): Promise<void> =>
    journaled.flush().catch((error: unknown) => {
      onFailure(error as Error)
      throw new RegistryError(50002, 'Error in the backend data store')
    })
  const server = registryServer(new Registry(journaled.store), keep)
  server.addHook('onClose', () => journaled.close())
  return listen(server, options)
}

/** A server that cannot listen is closed, and with it what it stands on: else its process would not end. */
async function listen(server: FastifyInstance, { port, portTaken = 'fail' }: RegistryOptions): Promise<OpenRegistry> {
  const at = (tried: number): Promise<string> => server.listen({ port: tried, host: '127.0.0.1' })
  try {
    return { url: await (portTaken === 'next' ? atFreePort(port, at) : at(port)), close: () => server.close() }
  } catch (error) {
    await server.close()
    throw error
  }
}

/** `keep` is awaited before each answer. */
export function registryServer(registry: Registry, keep: () => Promise<void> = async () => {}): FastifyInstance {
  const server = Fastify({
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    frameworkErrors: (error, _request, reply) => void answerError(error, reply as FastifyReply),
    clientErrorHandler: answerUnreadable(mediaType, errorBody),
  })
  readBodies(server)
  server.addHook('onSend', async (_request, reply) => {
    if (reply.statusCode < 500) await keep()
  })
  answerErrors(server)
  addMetrics(server.withTypeProvider<TypeBoxTypeProvider>())
  addSubjects(server, registry)
  addSchemas(server, registry)
  addSettings(server, registry)
  route(server, 'GET', '/refusals', () => registry.refusals.all())
  // As every service has them, beside Confluent's API. Where the journal takes no more changes `keep` refuses these answers, too.
  for (const status of ['live', 'ready']) route(server, 'GET', `/health/${status}`, () => ({ status }))
  return server
}

function addSubjects(server: FastifyInstance, registry: Registry): void {
  const subject = '/subjects/:subject'
  const version = `${subject}/versions/:version`
  route(server, 'GET', '/subjects', ({ query }) => registry.subjects(shown(query)))
  route(server, 'POST', subject, ({ params, body }) => describe(registry.lookup(params.subject, submitted(body))))
  route(server, 'DELETE', subject, ({ params, query }) => registry.deleteSubject(params.subject, kindOf(query)))
  route(server, 'GET', `${subject}/versions`, ({ params }) => registry.versions(params.subject).map((stored) => stored.version))
  route(server, 'POST', `${subject}/versions`, ({ params, body }) => ({ id: registry.register(params.subject, submitted(body)) }))
  route(server, 'GET', version, ({ params, query }) => describe(registry.version(params.subject, params.version, shown(query))))
  route(server, 'DELETE', version, ({ params, query }) => registry.deleteVersion(params.subject, params.version, kindOf(query)))
  route(server, 'GET', `${version}/schema`, ({ params }) => JSON.parse(registry.version(params.subject, params.version).text))
  route(server, 'GET', `${version}/referencedby`, ({ params }) => registry.referencedBy(params.subject, params.version))
  const test = (request: Request): unknown => tested(registry, request, request.params.version ?? 'all')
  route(server, 'POST', '/compatibility/subjects/:subject/versions/:version', test)
  route(server, 'POST', '/compatibility/subjects/:subject/versions', test)
}

function addSchemas(server: FastifyInstance, registry: Registry): void {
  const byId = '/schemas/ids/:id'
  route(server, 'GET', '/schemas/types', () => ['AVRO'])
  route(server, 'GET', byId, ({ params }) => {
    const { text, references } = registry.schema(plainNumber(params.id))
    return { schema: text, ...(references.length === 0 ? {} : { references }) }
  })
  route(server, 'GET', `${byId}/schema`, ({ params }) => JSON.parse(registry.schema(plainNumber(params.id)).text))
  route(server, 'GET', `${byId}/subjects`, ({ params }) => [
    ...new Set(registry.usesOf(plainNumber(params.id)).map((use) => use.subject)),
  ])
  route(server, 'GET', `${byId}/versions`, ({ params }) =>
    registry.usesOf(plainNumber(params.id)).map((use) => ({ subject: use.subject, version: use.version })),
  )
}

function addSettings(server: FastifyInstance, registry: Registry): void {
  const wanted = (body: unknown, name: string): unknown => (body as Record<string, unknown> | null)?.[name]
  route(server, 'GET', '/config', () => ({ compatibilityLevel: registry.globalLevel() }))
  route(server, 'PUT', '/config', ({ body }) => ({ compatibility: registry.setLevel('', wanted(body, 'compatibility')) }))
  route(server, 'GET', '/config/:subject', ({ params: { subject }, query }) => {
    const level = query.defaultToGlobal === 'true' ? registry.levelInForce(subject) : registry.ownLevel(subject)
    if (level !== undefined) return { compatibilityLevel: level }
    throw new RegistryError(40408, `Subject '${subject}' does not have subject-level compatibility configured`)
  })
  route(server, 'PUT', '/config/:subject', ({ params, body }) => ({
    compatibility: registry.setLevel(params.subject, wanted(body, 'compatibility')),
  }))
  route(server, 'DELETE', '/config/:subject', ({ params }) => ({ compatibilityLevel: registry.deleteLevel(params.subject) }))
  route(server, 'GET', '/mode', () => ({ mode: registry.mode('') }))
  route(server, 'PUT', '/mode', ({ body }) => ({ mode: registry.setMode('', wanted(body, 'mode')) }))
  route(server, 'GET', '/mode/:subject', ({ params }) => ({ mode: registry.mode(params.subject) }))
  route(server, 'PUT', '/mode/:subject', ({ params, body }) => ({ mode: registry.setMode(params.subject, wanted(body, 'mode')) }))
}

function route(server: FastifyInstance, method: string, url: string, answer: (request: Request) => unknown): void {
  const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    await reply.type(mediaType).send(JSON.stringify(answer(request as Request)))
  }
  server.route({ method, url, handler })
}

/** Bodies are JSON under three names, and only that. */
function readBodies(server: FastifyInstance): void {
  server.removeAllContentTypeParsers()
  const types = [mediaType, 'application/vnd.schemaregistry+json', 'application/json']
  server.addContentTypeParser(types, { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? null : JSON.parse(body as string))
    } catch {
      done(new RegistryError(400, 'The body is not JSON'))
    }
  })
}

function errorBody(code: number, message: string): object {
  return { error_code: code, message }
}

/** Errors of our own code tell nothing of them. */
function answerError(error: Error & { readonly statusCode?: number }, reply: FastifyReply): FastifyReply {
  const status = error instanceof RegistryError ? error.status : (error.statusCode ?? 500)
  const code = error instanceof RegistryError ? error.errorCode : status === 500 ? 50001 : status
  const message = code === 50001 ? 'Error in the registry' : error.message
  return reply
    .code(status)
    .type(mediaType)
    .send(JSON.stringify(errorBody(code, message)))
}

function answerErrors(server: FastifyInstance): void {
  server.setErrorHandler((error: Error, _request, reply) => answerError(error, reply))
  server.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0]!
    const methods = ['GET', 'POST', 'PUT', 'DELETE'].filter(
      (method) => server.findRoute({ method: method as 'GET', url: path }) !== null,
    )
    const status = methods.length > 0 ? 405 : 404
    const message = status === 405 ? 'HTTP 405 Method Not Allowed' : 'HTTP 404 Not Found'
    return reply
      .code(status)
      .type(mediaType)
      .send(JSON.stringify(errorBody(status, message)))
  })
}

function tested(registry: Registry, { params, body, query }: Request, version: string): unknown {
  const messages = registry.test(params.subject, version, submitted(body))
  return { is_compatible: messages.length === 0, ...(query.verbose === 'true' && messages.length > 0 ? { messages } : {}) }
}

function submitted(body: unknown): Submitted {
  const { schema, schemaType = 'AVRO', references = [] } = (body ?? {}) as Partial<Record<string, unknown>>
  if (typeof schema !== 'string') throw new RegistryError(42201, 'The field schema is missing: it is the text of the schema')
  if (schemaType !== 'AVRO') throw new RegistryError(42201, `Schemas of type ${String(schemaType)} are not supported, AVRO is`)
  return { schema, references: references as Reference[] }
}

function describe({ subject, version, id, text, references }: StoredVersion): unknown {
  return { subject, version, id, schema: text, ...(references.length === 0 ? {} : { references }) }
}

function shown({ deleted }: Query): 'hidden' | 'shown' {
  return deleted === 'true' ? 'shown' : 'hidden'
}

function kindOf({ permanent }: Query): 'soft' | 'hard' {
  return permanent === 'true' ? 'hard' : 'soft'
}
