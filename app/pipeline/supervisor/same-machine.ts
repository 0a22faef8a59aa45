import type { IncomingMessage } from 'node:http'
import { Problem } from '../../platform/http/problem.ts'

const loopback = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i

/** Refuses requests under a foreign name: a page elsewhere could reach this port by a name of its own that leads here. */
export function checkHost({ headers }: Pick<IncomingMessage, 'headers'>): void {
  if (loopback.test(headers.host ?? '')) return
  throw new Problem(421, `This server answers at localhost only, not at ${JSON.stringify(headers.host ?? '')}.`)
}

/** Refuses what a page of another origin sends. */
export function checkOrigin({ headers }: Pick<IncomingMessage, 'headers'>): void {
  const { origin, host } = headers
  if (origin === undefined || origin === `http://${host}`) return
  throw new Problem(403, `A page of ${origin} may not do this here. Open http://${host} instead.`)
}
