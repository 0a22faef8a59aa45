import { createHash, timingSafeEqual } from 'node:crypto'
import rateLimit from '@fastify/rate-limit'
import type { FastifyRequest } from 'fastify'
import { readSecret } from '../cluster-security.ts'
import { ConfigProblem } from '../config.ts'
import type { Http } from './open-http.ts'
import { Problem } from './problem.ts'

/** Who may ask a service for what, and how often. */
export interface Access {
  /** What writes and operator routes ask for; undefined: nothing. */
  readonly token: string | undefined
  readonly requestsPerS: number | undefined
}

export interface AccessConfig {
  /** Default: this machine only. */
  readonly host?: string
  readonly tokenFile?: string
  readonly requestsPerS?: number
}

const requestsPerSElsewhere = 200

/** Throws a {@link ConfigProblem} where others than this machine would reach a service that asks for no token. */
export function accessOf({ host = '127.0.0.1', tokenFile, requestsPerS }: AccessConfig): Access {
  const reached = isLoopback(host) ? 'here' : 'elsewhere'
  if (tokenFile === undefined && reached === 'elsewhere')
    throw new ConfigProblem(`--token-file is missing: others than this machine reach ${host}, and anybody could write.`)
  return {
    token: tokenFile === undefined ? undefined : readSecret('token-file', tokenFile),
    requestsPerS: requestsPerS ?? (reached === 'elsewhere' ? requestsPerSElsewhere : undefined),
  }
}

/** Refuses who has no token with 401, and who asks too often with 429, before anything is read. Probes and scrapes are always answered. */
export async function guard(http: Http, { token, requestsPerS }: Access): Promise<void> {
  if (requestsPerS !== undefined) await limit(http, requestsPerS)
  if (token === undefined) return
  const wanted = digestOf(`Bearer ${token}`)
  http.addHook('onRequest', async (request, reply) => {
    if (!needsToken(request) || timingSafeEqual(digestOf(request.headers.authorization ?? ''), wanted)) return
    void reply.header('www-authenticate', 'Bearer')
    throw new Problem(401, 'Writes and operator routes need the bearer token of this service.')
  })
}

async function limit(http: Http, requestsPerS: number): Promise<void> {
  await http.register(rateLimit, { global: false })
  const limited = http.rateLimit({
    max: requestsPerS,
    timeWindow: 1000,
    allowList: (request) => isProbe(request),
    errorResponseBuilder: () => new Problem(429, `More than ${requestsPerS} requests within a second.`, {}, { retryAfterS: 1 }),
  })
  http.addHook('onRequest', limited)
}

const isProbe = ({ url }: FastifyRequest): boolean => /^\/(health\/|metrics(\?|$))/.test(url)

/** Rows of stores, and refused records with all that was in them. */
const operatorRoutes = /^\/(api\/)?(letters|stores|applications\/[^/]+\/stores|dlq)(\/|$)/

function needsToken({ method, routeOptions, url }: FastifyRequest): boolean {
  const isRead = method === 'GET' || method === 'HEAD'
  return !isRead || operatorRoutes.test(routeOptions.url ?? url)
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)

/** Of one length, whatever is compared. */
const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()
