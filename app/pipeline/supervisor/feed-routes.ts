import Type from 'typebox'
import type { State } from '../../contracts/feed.ts'
import { liveFace } from '../../feed/faces/live-face.ts'
import { transfersFace } from '../../feed/faces/transfers-face.ts'
import { serveFeed } from '../../feed/http/serve-feed.ts'
import type { Http } from '../../platform/http/open-http.ts'
import { dataHeaders } from './front.ts'
import type { Supervisor } from './supervisor.ts'

const vector = Type.Optional(Type.String({ maxLength: 4000, pattern: String.raw`^[\w.:;,-]*$`, description: 'A vector.' }))
const ledger = Type.Optional(Type.Integer({ minimum: 0, description: 'The end of the ledger that the client has.' }))
const feedQuery = Type.Object({ at: vector, ledger }, { additionalProperties: false })
const streamQuery = Type.Object(
  { at: vector, userId: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })) },
  { additionalProperties: false },
)

/** The feed outlives the child: rows and vector are those of the last instant in which it spoke. */
export function addFeedRoutes(http: Http, supervisor: Supervisor): void {
  http.get('/api/state', () => stateOf(supervisor))
  http.get('/api/feed', { schema: { querystring: feedQuery } }, ({ query, raw }, reply) => {
    const { log } = supervisor
    reply.hijack()
    const { at, ledger: from } = query
    const greet = supervisor.greeting(from ?? null)
    void serveFeed(raw, reply.raw, { log, face: liveFace, at: at || null, greet, headers: dataHeaders }).catch(() =>
      reply.raw.destroy(),
    )
  })
  for (const path of ['/transfers/stream', '/api/transfers/stream'])
    http.get(path, { schema: { querystring: streamQuery } }, ({ query, raw }, reply) => {
      const { log } = supervisor
      reply.hijack()
      const face = transfersFace(log.topics, query.userId ?? null)
      void serveFeed(raw, reply.raw, { log, face, at: query.at || null, headers: dataHeaders }).catch(() => reply.raw.destroy())
    })
}

function stateOf(supervisor: Supervisor): State {
  const { vector: at, positions } = supervisor.log
  const own = { at: Date.now(), system: supervisor.system(), proof: supervisor.ledger.proof(0) }
  return { vector: at, positions: Object.fromEntries(positions), ...supervisor.rows, ...own }
}
