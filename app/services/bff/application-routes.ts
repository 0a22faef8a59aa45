import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FlowNow, StoreAnswer, TasksNow } from '../../contracts/topology.ts'
import type { Http } from '../../platform/http/open-http.ts'
import type { ApplicationUpstreams } from './application-upstreams.ts'
import { flowOf, rowsOf, tasksOf } from './of-all-instances.ts'
import { give, pass, passedOn, toUpstream } from './pass.ts'
import type { Request } from './pass.ts'
import { answersOf } from './upstream.ts'

const told = ['topology.txt', 'topology.dot', 'topology.mmd', 'topology.json', 'schema-drift'] as const

type NamedRequest = FastifyRequest<{ Params: { name: string; store: string } }>

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
      return pass(applications.instances(name)[0]!, request, reply, `/${what}`)
    })
  addTogether<TasksNow>(http, applications, 'tasks', () => '/tasks', tasksOf)
  addTogether<FlowNow>(http, applications, 'flow', () => '/flow', flowOf)
  addTogether<StoreAnswer>(http, applications, 'stores/:store', ({ store }) => `/stores/${encodeURIComponent(store)}`, rowsOf)
}

/** Asks all instances of an application, and answers what they say together. */
function addTogether<T>(
  http: Http,
  applications: ApplicationUpstreams,
  what: string,
  pathOf: (params: NamedRequest['params']) => string,
  together: (answers: readonly T[]) => T,
): void {
  http.get(`/api/topologies/:name/${what}`, passedOn, async (request, reply: FastifyReply) => {
    const { params } = request as NamedRequest
    const asked = toUpstream(request as unknown as Request, pathOf(params))
    const answers = await answersOf<T>(applications.instances(params.name), asked)
    if ('refusal' in answers) return give(reply, answers.refusal)
    return together(answers.values)
  })
}
