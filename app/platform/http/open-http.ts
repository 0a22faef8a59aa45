import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { LogController } from 'fastify'
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest, RawServerDefault, RouteOptions } from 'fastify'
import type { Log } from '../log.ts'
import { unreadableProblem } from './answer-unreadable.ts'
import { parseBody } from './json-body.ts'
import { addMetrics } from './metrics.ts'
import { addOpenApi } from './openapi.ts'
import type { OpenApiDocument } from './openapi.ts'
import { Problem, problemBody, problemMediaType } from './problem.ts'
import { toProblem } from './to-problem.ts'
import { compileSchema } from './validation.ts'

/** A server whose routes are typed by their typebox schemas. */
export type Http = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, TypeBoxTypeProvider>

/** Bodies beyond it are 413. */
export const bodyBytesMax = 16_384

export interface HttpOptions {
  /** Name of the service, in OpenAPI and the log. */
  readonly name: string
  readonly log: Log
  /** Default {@link bodyBytesMax}. */
  readonly bodyLimit?: number
  /** Paths that are reached here and answered elsewhere: they are in /openapi.json, too. */
  readonly openApiPaths?: () => Promise<OpenApiDocument['paths']>
}

/**
 * An HTTP server as every service has it. The schemas of a route are what it takes: parameters that are unknown or doubled, broken
 * escapes and wrong bodies are refused as problem+json before the route's code runs. The same schemas are /openapi.json.
 */
export async function openHttp({ name, log, bodyLimit = bodyBytesMax, openApiPaths }: HttpOptions): Promise<Http> {
  const server = Fastify({
    loggerInstance: log.child({ part: 'http' }) as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: true,
    bodyLimit,
    frameworkErrors: (error, request, reply) => void answer(error, request as FastifyRequest, reply as FastifyReply),
    clientErrorHandler: unreadableProblem,
  }).withTypeProvider<TypeBoxTypeProvider>() as Http
  server.setValidatorCompiler(compileSchema as never)
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) =>
    parseBody(body),
  )
  const routes: KnownRoute[] = []
  server.addHook('onRoute', takeNoMoreThanDeclared)
  server.addHook('onRoute', (route) => void routes.push(knownRoute(route)))
  server.addHook('onRequest', async (request) => checkEscapes(request.raw.url ?? ''))
  server.setErrorHandler(answer)
  server.setNotFoundHandler((request, reply) => answer(unknownPath(routes, request, reply), request, reply))
  addMetrics(server)
  await addOpenApi(server, name, openApiPaths)
  return server
}

/** A route that declares no parameters of its query takes none. */
function takeNoMoreThanDeclared(route: RouteOptions): void {
  route.schema = { querystring: { type: 'object', properties: {}, additionalProperties: false }, ...route.schema }
}

function checkEscapes(url: string): void {
  const at = url.indexOf('?')
  if (at < 0) return
  try {
    decodeURIComponent(url.slice(at + 1))
  } catch (error) {
    throw new Problem(
      400,
      'The query has an escape that is none: % stands before two hexadecimal digits of UTF-8.',
      {},
      { cause: error },
    )
  }
}

function answer(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = toProblem(error)
  const { method, url } = request
  // What a route says on purpose, such as that stores are being restored, is no fault, and comes a thousand times.
  if (error instanceof Problem && problem.status > 500) request.log.warn({ method, url, status: problem.status }, problem.message)
  else if (problem.status >= 500) request.log.error({ err: error, method, url }, problem.message)
  if (problem.retryAfterS !== undefined) void reply.header('retry-after', problem.retryAfterS)
  return reply
    .code(problem.status)
    .header('content-type', problemMediaType)
    .send(Buffer.from(JSON.stringify(problemBody(problem))))
}

/** A route, as the path of a request is compared with it. */
interface KnownRoute {
  readonly methods: readonly string[]
  readonly path: RegExp
}

function knownRoute({ method, url }: RouteOptions): KnownRoute {
  const path = url.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(/:\w+/g, '[^/]+')
  return { methods: [method].flat().filter((name) => name !== 'HEAD'), path: new RegExp(`^${path}$`) }
}

function unknownPath(routes: readonly KnownRoute[], request: FastifyRequest, reply: FastifyReply): Problem {
  const path = (request.url.split('?')[0] ?? '').slice(0, 200)
  const allowed = [...new Set(routes.filter((route) => route.path.test(path)).flatMap(({ methods }) => methods))]
  if (allowed.length === 0) return new Problem(404, `There is no ${request.method} ${path}.`)
  void reply.header('allow', allowed.join(', '))
  return new Problem(405, `${path} has no ${request.method}, but ${allowed.join(', ')}.`)
}
