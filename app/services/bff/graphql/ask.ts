import { Problem } from '../../../platform/http/problem.ts'
import type { ProblemBody } from '../../../platform/http/problem.ts'
import type { Upstream, UpstreamRequest } from '../upstream.ts'

/** What a service answers; what it refuses is thrown as its {@link Problem}. */
export async function ask<T>(upstream: Upstream, request: UpstreamRequest): Promise<T> {
  const { status, body } = await upstream.send(request)
  const answer: unknown = body.length === 0 ? null : JSON.parse(body.toString())
  if (status < 400) return answer as T
  const { detail, errors } = answer as ProblemBody
  throw new Problem(status, detail, errors)
}

/** The same; what is not there is null. */
export async function askForOne<T>(upstream: Upstream, path: string): Promise<T | null> {
  try {
    return await ask<T>(upstream, { method: 'GET', path })
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return null
    throw error
  }
}

/** A request that changes something. */
export function change<T>(
  upstream: Upstream,
  method: 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body?: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<T> {
  const content = body === undefined ? {} : { 'content-type': 'application/json' }
  return ask<T>(upstream, {
    method,
    path,
    headers: { ...content, ...headers },
    body: body === undefined ? undefined : Buffer.from(JSON.stringify(body)),
  })
}

/** Parameters that are not given are left out. */
export function queryOf(parameters: Readonly<Record<string, string | number | null | undefined>>): string {
  const given = Object.entries(parameters).flatMap(([name, value]) => (value == null ? [] : [[name, String(value)]]))
  return new URLSearchParams(given).toString()
}
