import { schemaRegistry } from 'millrace/avro'
import Type from 'typebox'
import { StreamsUserDirectory } from '../../adapters/kafka/streams-user-directory.ts'
import { openSqliteTransfers } from '../../adapters/sqlite/sqlite-bank.ts'
import { Transfers } from '../../bank/transfers.ts'
import { clusterOf } from '../../platform/cluster.ts'
import { kafkaConfig, serviceConfig } from '../../platform/config.ts'
import { openHttp } from '../../platform/http/open-http.ts'
import { runService } from '../../platform/run-service.ts'
import { ServiceParts } from '../../platform/service.ts'
import type { ServiceDefinition } from '../../platform/service.ts'
import { addTransferRoutes } from './transfers-routes.ts'

const config = Type.Object({
  ...serviceConfig(8084),
  ...kafkaConfig,
  database: Type.String({ default: '.data/transfers.db', description: 'SQLite file of the transfers.' }),
  userWaitMs: Type.Integer({ default: 1000, minimum: 0, description: 'How long a user who is not known yet is waited for.' }),
})

export const transfersWrite: ServiceDefinition<typeof config> = {
  name: 'transfers-write',
  summary: 'Writes transfers to their database. Knows users from their topic.',
  config,
  async start(given, context) {
    await using parts = new ServiceParts()
    const { log } = context
    const { database, rows } = openSqliteTransfers(given.database)
    parts.defer(() => database.close())
    const users = new StreamsUserDirectory({
      cluster: clusterOf(given, context),
      schemaRegistry: schemaRegistry(given.registry),
      log: log.child({ part: 'user-directory' }),
      applicationId: 'transfers-write-users',
      waitMs: given.userWaitMs,
      onFailure: parts.fail,
    })
    parts.defer(() => users.close().then(() => {}))
    parts.awaits(users.ready)
    const http = await openHttp({ name: 'transfers-write', log })
    addTransferRoutes(http, new Transfers(rows, users, () => new Date().toISOString()))
    return await parts.listen(http, given)
  },
}

if (import.meta.main) await runService(transfersWrite)
