import Type from 'typebox'
import type { Static } from 'typebox'
import { serviceConfig } from '../../platform/config.ts'
import { accessOf } from '../../platform/http/access.ts'
import { openHttp } from '../../platform/http/open-http.ts'
import { runService } from '../../platform/run-service.ts'
import { ServiceParts } from '../../platform/service.ts'
import type { ServiceDefinition } from '../../platform/service.ts'
import { addApplicationRoutes } from './application-routes.ts'
import { ApplicationUpstreams, parseAddresses } from './application-upstreams.ts'
import { addBffRoutes } from './bff-routes.ts'
import { addGraphQlRoutes } from './graphql-routes.ts'
import { FeedStreams } from './graphql/feed-streams.ts'
import { addHealthRoute } from './health-route.ts'
import { addInterfaceRoutes } from './interface-routes.ts'
import { addSchemaRoutes } from './schema-routes.ts'
import { Upstream } from './upstream.ts'

const config = Type.Object({
  ...serviceConfig(8087),
  users: Type.String({ default: 'http://127.0.0.1:8081', description: 'Address of users-write.' }),
  transfers: Type.String({ default: 'http://127.0.0.1:8084', description: 'Address of transfers-write.' }),
  read: Type.String({ default: 'http://127.0.0.1:8082', description: 'Address of core-read.' }),
  letters: Type.String({ default: 'http://127.0.0.1:8088', description: 'Address of dead-letters.' }),
  schemas: Type.String({ default: 'http://127.0.0.1:8089', description: 'Address of schemas.' }),
  inspector: Type.String({ default: 'http://127.0.0.1:8086', description: 'Address of the inspector.' }),
  applications: Type.String({
    default: 'transfer-analytics=http://127.0.0.1:8106',
    description: 'Addresses of stream applications, as NAME=URL with commas between.',
  }),
  timeoutMs: Type.Integer({ default: 5000, minimum: 1, description: 'How long a service may take to answer, in ms.' }),
})

export const bff: ServiceDefinition<typeof config> = {
  name: 'bff',
  summary: 'The one address that the page needs: passes its calls on to the services.',
  config,
  async start(given, { log, services, applications }) {
    await using parts = new ServiceParts()
    const behind = { timeoutMs: given.timeoutMs, token: accessOf(given).token }
    const upstream = (name: string, url: string, meanwhile: string): Upstream => {
      const opened = new Upstream({ name, url, meanwhile, ...behind })
      parts.defer(() => opened.close())
      return opened
    }
    const named = parseAddresses(given.applications)
    const http = await openHttp({ name: 'bff', log })
    const running = parts.use(new ApplicationUpstreams(applications ?? (() => named), behind))
    const bank = {
      users: upstream('users API', given.users, 'Transfers can still be read.'),
      transfers: upstream('transfers API', given.transfers, 'Users can still be made, and transfers read.'),
      read: upstream('read API', given.read, 'Users and new transfers work.'),
    }
    addBffRoutes(http, {
      ...bank,
      inspector: upstream('inspector', given.inspector, 'The other pages work.'),
      letters: upstream('dead letters API', given.letters, 'The pipeline goes on.'),
    })
    addInterfaceRoutes(http)
    addSchemaRoutes(http, upstream('schemas API', given.schemas, 'The pipeline goes on.'))
    addApplicationRoutes(http, running)
    addGraphQlRoutes(http, {
      ...bank,
      applications: running,
      feed: new FeedStreams(upstream('feed', given.inspector, 'All else works.')),
    })
    addHealthRoute(http, {
      services: services ?? (() => namedServices(given)),
      applications: applications ?? (() => named),
      timeoutMs: Math.min(given.timeoutMs, healthTimeoutMs),
    })
    return await parts.listen(http, given)
  },
}

const healthTimeoutMs = 2000

/** The services that a configuration names. */
function namedServices(given: Static<typeof config>): ReadonlyMap<string, string> {
  return new Map([
    ['users-write', given.users],
    ['transfers-write', given.transfers],
    ['core-read', given.read],
    ['dead-letters', given.letters],
    ['schemas', given.schemas],
    ['inspector', given.inspector],
  ])
}

if (import.meta.main) await runService(bff)
