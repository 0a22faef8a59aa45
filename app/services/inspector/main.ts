import Type from 'typebox'
import { idParams } from '../../bank/http.ts'
import { alertsFace } from '../../feed/faces/alerts-face.ts'
import { liveFace } from '../../feed/faces/live-face.ts'
import { transfersFace } from '../../feed/faces/transfers-face.ts'
import { transfersQuery } from '../../feed/http/feed-query.ts'
import { serveFeed } from '../../feed/http/serve-feed.ts'
import { ErrorCounts } from '../../../examples/transfer-pipeline/errors/error-counts.ts'
import { clusterOf, identityOf } from '../../platform/cluster.ts'
import { clusterIdentity, kafkaConfig, serviceConfig } from '../../platform/config.ts'
import { addErrorCounts } from '../../platform/http/error-counts.ts'
import type { Http } from '../../platform/http/open-http.ts'
import { openHttp } from '../../platform/http/open-http.ts'
import { registryOf } from '../../platform/registry.ts'
import { runService } from '../../platform/run-service.ts'
import { ServiceParts } from '../../platform/service.ts'
import type { ServiceDefinition } from '../../platform/service.ts'
import { Waits } from '../../platform/waits.ts'
import { addHistoryRoutes } from './history/history-routes.ts'
import { KeyHistories } from './history/key-histories.ts'
import { Inspector } from './inspector.ts'
import { PassageTimes } from './inspector-metrics.ts'
import { recordPoisonSchema, sendPoison } from './poison.ts'

const config = Type.Object({
  ...serviceConfig(8086),
  ...kafkaConfig,
  clusterIdentity,
})

export const inspectorService: ServiceDefinition<typeof config> = {
  name: 'inspector',
  summary: 'Watches the topics, and serves what passes as a feed.',
  config,
  async start(given, context) {
    await using parts = new ServiceParts()
    const cluster = clusterOf(given, context)
    const counts = new ErrorCounts()
    const waits = new Waits()
    parts.checks(waits.check)
    const times = new PassageTimes()
    const schemas = registryOf(given, { log: context.log, counts, waits, stopping: parts.stopping })
    const inspector = await Inspector.open({
      cluster,
      schemaRegistry: schemas,
      clusterIdentity: identityOf(given),
      onPassage: times.observe,
    })
    parts.use(inspector)
    parts.dependsOn(inspector.done)
    const http = await openHttp({ name: 'inspector', log: context.log })
    times.publish(http.metrics, inspector)
    addRoutes(http, inspector)
    addHistoryRoutes(http, new KeyHistories(cluster, schemas))
    addErrorCounts(http, counts)
    http.post('/poison', { schema: { body: recordPoisonSchema } }, ({ body }) => sendPoison(cluster, body.kind))
    return await parts.listen(http, given)
  },
}

const feedQuery = Type.Object(
  { at: Type.Optional(Type.String({ maxLength: 4000, pattern: String.raw`^[\w.:;,-]+$`, description: 'A vector.' })) },
  { additionalProperties: false },
)
const ownTraces = Type.Object(
  { ids: Type.Array(idParams.properties.id, { minItems: 1, maxItems: 200 }) },
  { additionalProperties: false },
)

function addRoutes(http: Http, inspector: Inspector): void {
  http.get('/state', { schema: { summary: 'Rows and vector of one instant.' } }, async () => ({
    topics: inspector.log.topics,
    ...(await inspector.state()),
  }))
  http.get('/feed', { schema: { querystring: feedQuery, summary: 'Server-sent events from a vector on.' } }, (request, reply) => {
    serveFeed({ request, reply }, { log: inspector.log, face: liveFace, at: request.query.at })
  })
  for (const [what, face] of [
    ['transfers', transfersFace],
    ['alerts', alertsFace],
  ] as const) {
    const schema = { querystring: transfersQuery, summary: `Events of ${what}, of all users or of one.` }
    http.get(`/${what}/stream`, { schema }, (request, reply) => {
      const { at, userId = null } = request.query
      serveFeed({ request, reply }, { log: inspector.log, face: face(inspector.log.topics, userId), at })
    })
  }
  http.put('/traces/:id', { schema: { params: idParams } }, ({ params }) => inspector.follow(params.id, 'selected'))
  http.put('/traces', { schema: { body: ownTraces, summary: 'Follows what pages have made.' } }, ({ body }) => {
    for (const id of body.ids) inspector.follow(id, 'own')
    return { followed: body.ids.length }
  })
}

if (import.meta.main) await runService(inspectorService)
