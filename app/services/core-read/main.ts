import Type from 'typebox'
import { SqliteDocumentStore } from '../../adapters/sqlite/sqlite-document-store.ts'
import { serviceConfig } from '../../platform/config.ts'
import { openHttp } from '../../platform/http/open-http.ts'
import { runService } from '../../platform/run-service.ts'
import { ServiceParts } from '../../platform/service.ts'
import type { ServiceDefinition } from '../../platform/service.ts'
import { addReadRoutes } from './read-routes.ts'

const config = Type.Object({
  ...serviceConfig(8082),
  documents: Type.String({ default: '.data/documents.db', description: 'SQLite file of the documents, which the sink fills.' }),
})

export const coreRead: ServiceDefinition<typeof config> = {
  name: 'core-read',
  summary: 'Reads the documents that the sink keeps.',
  config,
  async start(given, { log }) {
    await using parts = new ServiceParts()
    const store = new SqliteDocumentStore(given.documents)
    parts.defer(() => store.close())
    const http = await openHttp({ name: 'core-read', log })
    addReadRoutes(http, store)
    return await parts.listen(http, given)
  },
}

if (import.meta.main) await runService(coreRead)
