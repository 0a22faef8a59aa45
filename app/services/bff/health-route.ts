import type { Health, ServiceHealth } from '../../contracts/operations.ts'
import type { Http } from '../../platform/http/open-http.ts'
import { healthAt } from '../../platform/http/health-at.ts'
import type { Addresses } from './application-upstreams.ts'

export interface Watched {
  readonly services: Addresses
  readonly applications: Addresses
  readonly timeoutMs: number
}

/** How every service and every application is, and why. */
export function addHealthRoute(http: Http, { services, applications, timeoutMs }: Watched): void {
  const ask = (kind: ServiceHealth['kind'], addresses: Addresses): Promise<ServiceHealth>[] =>
    [...addresses()].map(async ([name, url]) => ({ name, kind, ...(await healthAt(url, timeoutMs)) }))
  http.get(
    '/api/health',
    {
      schema: {
        tags: ['pipeline'],
        operationId: 'getHealth',
        summary: 'How every service and every stream application is, and why.',
      },
    },
    async (): Promise<Health> => {
      const all = await Promise.all([...ask('service', services), ...ask('application', applications)])
      return { status: all.every(({ state }) => state === 'up') ? 'up' : 'down', services: all }
    },
  )
}
