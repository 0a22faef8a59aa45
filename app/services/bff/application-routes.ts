import type { FastifyRequest } from 'fastify'
import type { Http } from '../../platform/http/open-http.ts'
import type { ApplicationUpstreams } from './application-upstreams.ts'
import { pass, passedOn } from './pass.ts'

const told = ['topology.txt', 'topology.dot', 'topology.mmd', 'topology.json', 'tasks', 'flow'] as const

type NamedRequest = FastifyRequest<{ Params: { name: string } }>

/** What the stream applications say of themselves, and answer from their stores. */
export function addApplicationRoutes(http: Http, applications: ApplicationUpstreams): void {
  for (const what of ['totals', 'alerts'])
    http.get(`/api/${what}`, passedOn, (request, reply) =>
      pass(applications.of('transfer-analytics'), request, reply, `/state/${what}`),
    )
  http.get('/api/topologies', { schema: { summary: 'The stream applications that run.' } }, () => ({
    content: applications.names,
  }))
  for (const what of told)
    http.get(`/api/topologies/:name/${what}`, passedOn, (request, reply) => {
      const { name } = (request as NamedRequest).params
      return pass(applications.known(name), request, reply, `/${what}`)
    })
}
