import Type from 'typebox'
import type { State } from '../../contracts/feed.ts'
import { liveFace } from '../../feed/faces/live-face.ts'
import { transfersFace } from '../../feed/faces/transfers-face.ts'
import { transfersQuery, vectorQuery } from '../../feed/http/feed-query.ts'
import { serveFeed } from '../../feed/http/serve-feed.ts'
import type { Http } from '../../platform/http/open-http.ts'
import { dataHeaders } from './front.ts'
import type { Supervisor } from './supervisor.ts'

const ledger = Type.Optional(Type.Integer({ minimum: 0, description: 'The end of the ledger that the client has.' }))
const of = (summary: string) => ({ tags: ['streams'], summary }) as const
const feedQuery = Type.Object({ at: vectorQuery, ledger }, { additionalProperties: false })

/** The feed outlives the child: rows and vector are those of the last instant in which it spoke. */
export function addFeedRoutes(http: Http, supervisor: Supervisor): void {
  http.get('/api/state', { schema: of('All rows, and the vector to follow the feed from.') }, () => stateOf(supervisor))
  http.get(
    '/api/feed',
    { schema: { ...of('The feed, as server-sent events (see /asyncapi.json).'), querystring: feedQuery } },
    (request, reply) => {
      const { at, ledger: from } = request.query
      const greet = supervisor.greeting(from ?? null)
      serveFeed({ request, reply }, { log: supervisor.log, face: liveFace, at, greet, headers: dataHeaders })
    },
  )
  for (const path of ['/transfers/stream', '/api/transfers/stream'])
    http.get(
      path,
      { schema: { ...of('Transfers as they change, as server-sent events (see /asyncapi.json).'), querystring: transfersQuery } },
      (request, reply) => {
        const { log } = supervisor
        const { at, userId = null } = request.query
        serveFeed({ request, reply }, { log, face: transfersFace(log.topics, userId), at, headers: dataHeaders })
      },
    )
}

function stateOf(supervisor: Supervisor): State {
  const { vector: at, positions } = supervisor.log
  const own = { at: Date.now(), system: supervisor.system(), proof: supervisor.ledger.proof(0) }
  return { vector: at, positions: Object.fromEntries(positions), ...supervisor.rows, ...own }
}
