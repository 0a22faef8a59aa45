import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { FlowNow, StoreAnswer, TasksNow } from '../../contracts/topology.ts'
import type { Http } from '../../platform/http/open-http.ts'
import { analyticsOperations } from '../streams/analytics-operations.ts'
import { runningOperations } from '../streams/running-operations.ts'
import { storeOperation } from '../streams/stores/store-routes.ts'
import type { ApplicationUpstreams } from './application-upstreams.ts'
import { flowOf, rowsOf, tasksOf } from './of-all-instances.ts'
import { give, pass, passedOn, toUpstream } from './pass.ts'
import type { Operation, Request } from './pass.ts'
import { answersOf } from './upstream.ts'

const tag = 'topologies'
const named = Type.Object({ name: Type.String({ description: 'Name of the application.' }) })

const told = {
  'topology.txt': 'Its topology as `describe()` of Kafka Streams prints it.',
  'topology.dot': 'Its topology for Graphviz.',
  'topology.mmd': 'Its topology for Mermaid.',
  'topology.json': 'Its topology with serdes, stores, changelogs and internal topics.',
  'schema-drift': 'Columns of raw records that are not as the application reads them.',
} as const

type NamedRequest = FastifyRequest<{ Params: { name: string; store: string } }>

/** What the stream applications say of themselves, and answer from their stores. */
export function addApplicationRoutes(http: Http, applications: ApplicationUpstreams): void {
  for (const what of ['totals', 'alerts'] as const)
    http.get(`/api/${what}`, passedOn('analytics', analyticsOperations[what]), (request, reply) =>
      pass(applications.of('transfer-analytics'), request, reply, `/state/${what}`),
    )
  http.get('/api/topologies', { schema: { tags: [tag], summary: 'The stream applications that run.' } }, () => ({
    content: applications.names,
  }))
  for (const [what, summary] of Object.entries(told))
    http.get(`/api/topologies/:name/${what}`, passedOn(tag, { summary, params: named }), (request, reply) => {
      const { name } = (request as NamedRequest).params
      return pass(applications.instances(name)[0]!, request, reply, `/${what}`)
    })
  const tasks = { params: named, ...runningOperations.tasks }
  const flow = { params: named, ...runningOperations.flow }
  const rows = { ...storeOperation, params: Type.Object({ ...named.properties, ...storeOperation.params.properties }) }
  addTogether<TasksNow>(http, applications, { what: 'tasks', operation: tasks, together: tasksOf })
  addTogether<FlowNow>(http, applications, { what: 'flow', operation: flow, together: flowOf })
  addTogether<StoreAnswer>(http, applications, {
    what: 'stores/:store',
    operation: rows,
    pathOf: ({ store }) => `/stores/${encodeURIComponent(store)}`,
    together: rowsOf,
  })
}

interface Together<T> {
  /** The path below the application's. */
  readonly what: string
  readonly operation: Operation
  /** The path at an instance. Default: `what`. */
  readonly pathOf?: (params: NamedRequest['params']) => string
  readonly together: (answers: readonly T[]) => T
}

/** Asks all instances of an application, and answers what they say together. */
function addTogether<T>(
  http: Http,
  applications: ApplicationUpstreams,
  { what, operation, pathOf = () => `/${what}`, together }: Together<T>,
): void {
  http.get(`/api/topologies/:name/${what}`, passedOn(tag, operation), async (request, reply: FastifyReply) => {
    const { params } = request as NamedRequest
    const asked = toUpstream(request as unknown as Request, pathOf(params))
    const answers = await answersOf<T>(applications.instances(params.name), asked)
    if ('refusal' in answers) return give(reply, answers.refusal)
    return together(answers.values)
  })
}
