import Type from 'typebox'
import { idParams } from '../../bank/http.ts'
import type { Http } from '../../platform/http/open-http.ts'
import { Problem } from '../../platform/http/problem.ts'
import { poisonSchema } from '../../services/inspector/poison.ts'
import type { Supervisor } from './supervisor.ts'

const change = Type.Object(
  { running: Type.Optional(Type.Boolean()), rate: Type.Optional(Type.Number({ minimum: 0.1, maximum: 2000 })) },
  { additionalProperties: false },
)
const of = (summary: string) => ({ tags: ['pipeline'], summary }) as const
const nothing = Type.Object({}, { additionalProperties: false })

/** What only the machine's own user may do, and only with the embedded cluster. Elsewhere these routes are not there. */
export function addControlRoutes(http: Http, supervisor: Supervisor): void {
  const { generator } = supervisor
  http.get('/api/generator', { schema: of('The generator of transfers.') }, () => generator.state)
  http.put(
    '/api/generator',
    { schema: { ...of('Starts and stops the generator, or changes its rate.'), body: change } },
    ({ body }) => {
      supervisor.changeGenerator(body)
      return generator.state
    },
  )
  http.post(
    '/api/kill',
    { schema: { ...of('Kills the process with broker and applications; it comes back.'), body: nothing } },
    (_request, reply) => {
      const pid = supervisor.kill()
      if (pid === null) throw new Problem(409, 'There is no process to kill just now: it is on its way back.')
      return reply.code(202).send({ pid })
    },
  )
  http.post(
    '/api/wipe',
    { schema: { ...of('Deletes the local state of the enricher, which restores it.'), body: nothing } },
    (_request, reply) => {
      supervisor.wipe()
      return reply.code(202).send({ application: 'transfer-enricher' })
    },
  )
  http.post(
    '/api/enrichers',
    { schema: { ...of('Starts one more instance of the enricher.'), body: nothing } },
    (_request, reply) => {
      const added = supervisor.enrichers.add()
      if (added === null)
        throw new Problem(409, 'There are as many enrichers as there may be, or the pipeline is on its way back.')
      return reply.code(202).send(added)
    },
  )
  http.post(
    '/api/enrichers/kill',
    { schema: { ...of('Kills the newest instance of the enricher.'), body: nothing } },
    (_request, reply) => {
      const pid = supervisor.enrichers.kill()
      if (pid === null)
        throw new Problem(409, 'Only the enricher of the pipeline is there. Add one: then one can be killed alone.')
      return reply.code(202).send({ pid })
    },
  )
  http.post(
    '/api/poison',
    { schema: { ...of('Writes what no application can process.'), body: poisonSchema } },
    async ({ body }, reply) => reply.code(202).send(await supervisor.poison(body)),
  )
}

/** What is there with any cluster. */
export function addTraceRoute(http: Http, supervisor: Supervisor): void {
  http.put('/api/traces/:id', { schema: { ...of('Follows a transfer from now on.'), params: idParams } }, ({ params }) =>
    supervisor.inspector('PUT', `/traces/${params.id}`, undefined),
  )
}
