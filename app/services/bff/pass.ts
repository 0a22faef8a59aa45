import type { FastifyReply, FastifyRequest, FastifySchema, RouteShorthandOptions } from 'fastify'
import { answers } from '../../platform/http/openapi.ts'
import { amountsAsText } from './amount-numbers.ts'
import type { Upstream, UpstreamAnswer, UpstreamRequest } from './upstream.ts'

export type Request = FastifyRequest<{ Params: { id?: string }; Body: Buffer | undefined }>

const requestHeaders = ['content-type', 'idempotency-key', 'if-match']

/** What a route takes and answers, as its service declares it. */
export type Operation = FastifySchema & { readonly response?: object }

/**
 * A route that a service behind answers. Its operation is what OpenAPI says of it; parameters and bodies are passed on as they came, and
 * refused there.
 */
export function passedOn(tag: string, operation: Operation): RouteShorthandOptions {
  return {
    schema: { ...operation, tags: [tag], response: { ...answers({}, 502, 504), ...operation.response } },
    validatorCompiler: () => () => true,
    serializerCompiler: () => JSON.stringify,
  }
}

/** Has a service answer the request, at a path of its own. */
export async function pass(upstream: Upstream, request: unknown, reply: FastifyReply, path: string): Promise<FastifyReply> {
  const { headers, ...answer } = await upstream.send(toUpstream(request as Request, path))
  const location = headers['location']
  return give(reply, { ...answer, headers: location === undefined ? headers : { ...headers, location: `/api${location}` } })
}

export function give(reply: FastifyReply, { status, headers, body }: UpstreamAnswer): FastifyReply {
  return reply.code(status).headers(headers).send(body)
}

export function toUpstream(request: Request, path: string): UpstreamRequest {
  const query = request.url.includes('?') ? request.url.slice(request.url.indexOf('?')) : ''
  const headers = requestHeaders.flatMap((name) =>
    typeof request.headers[name] === 'string' ? [[name, request.headers[name]]] : [],
  )
  const { body } = request
  return {
    method: request.method as UpstreamRequest['method'],
    path: path + query,
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: body === undefined ? undefined : amountsAsText(body),
  }
}
