import type { FastifyReply, FastifyRequest } from 'fastify'
import { amountsAsText } from './amount-numbers.ts'
import type { Upstream, UpstreamAnswer, UpstreamRequest } from './upstream.ts'

export type Request = FastifyRequest<{ Params: { id?: string }; Body: Buffer | undefined }>

/** The services behind say what they take: parameters and bodies are passed on, and refused there. */
export const passedOn = { schema: { querystring: { type: 'object', additionalProperties: true } } } as const
const requestHeaders = ['content-type', 'idempotency-key', 'if-match']

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
