import type { Writable } from 'node:stream'
import { Operations } from '../../operations/operations.ts'
import { addOperationsRoutes } from '../../operations/operations-routes.ts'
import { silentLog } from '../../platform/log.ts'
import { openHttp } from '../../platform/http/open-http.ts'
import type { OpenApiDocument } from '../../platform/http/openapi.ts'
import type { PipelineOptions } from '../options.ts'
import { addControlRoutes, addTraceRoute } from './control-routes.ts'
import { addFeedRoutes } from './feed-routes.ts'
import type { Files } from './front.ts'
import { isPassedOn, listenFrom, noFiles, openFront } from './front.ts'
import { openPage } from './page.ts'
import { Supervisor } from './supervisor.ts'

/** The supervisor with its port. */
export interface Supervised extends AsyncDisposable {
  readonly supervisor: Supervisor
  readonly url: string
}

/** What the BFF answers at the one port, as it says itself. Throws a 503 while it is away. */
async function pathsPassedOn(supervisor: Supervisor): Promise<OpenApiDocument['paths']> {
  const { paths } = (await supervisor.bff('/openapi.json')) as OpenApiDocument
  return Object.fromEntries(Object.entries(paths).filter(([path]) => isPassedOn(path)))
}

/** Listens first, so that the page is there before the broker is; then starts the child. */
export async function openSupervised(options: PipelineOptions, dir: string, output: Writable): Promise<Supervised> {
  const controls = options.kafka === undefined || options.demo === 'always' ? 'allowed' : 'absent'
  const ports = options.port === 0 ? 'free' : 'own'
  const { kafka, registry, mariadb, enrichers, avroMode, guarantee, documentBytesMax } = options
  const child = {
    dir,
    kafka,
    registry,
    mariadb,
    enrichers,
    avroMode,
    guarantee,
    documentBytesMax,
    logLevel: 'info',
    ports,
  } as const
  const supervisor = new Supervisor({ child, output, controls, rate: options.rate })
  const operations = new Operations({ watched: () => supervisor.addresses })
  const http = await openHttp({
    name: 'transfer pipeline',
    log: silentLog,
    openApiPaths: () => pathsPassedOn(supervisor),
  })
  addFeedRoutes(http, supervisor)
  addOperationsRoutes(http, operations)
  addTraceRoute(http, supervisor)
  if (controls === 'allowed') addControlRoutes(http, supervisor)
  await http.ready()
  const files: Files = options.page === 'page' ? openPage(supervisor) : () => noFiles
  const server = openFront(http, supervisor.proxy, files, controls)
  const port = await listenFrom(server, options.port)
  supervisor.start()
  operations.start()
  return {
    supervisor,
    url: `http://localhost:${port}`,
    async [Symbol.asyncDispose]() {
      operations.close()
      await supervisor.close()
      server.closeAllConnections()
      server.close()
      await http.close()
    },
  }
}
