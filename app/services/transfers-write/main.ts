import Type from 'typebox'
import { userDirectoryTopology } from '../../../examples/transfer-pipeline/topologies/user-directory.ts'
import { SettlementCommands } from '../../adapters/kafka/settlement-commands.ts'
import type { SettlementCommandsOptions } from '../../adapters/kafka/settlement-commands.ts'
import { StreamsUserDirectory } from '../../adapters/kafka/streams-user-directory.ts'
import { databasePassword } from '../../adapters/mariadb/mariadb-address.ts'
import { openTransfers } from '../../adapters/open-bank.ts'
import { Transfers } from '../../bank/transfers.ts'
import { ErrorCounts } from '../../../examples/transfer-pipeline/errors/error-counts.ts'
import { clusterOf } from '../../platform/cluster.ts'
import { kafkaConfig, serviceConfig } from '../../platform/config.ts'
import { addErrorCounts } from '../../platform/http/error-counts.ts'
import { openHttp } from '../../platform/http/open-http.ts'
import { registryOf } from '../../platform/registry.ts'
import { runService } from '../../platform/run-service.ts'
import { ServiceParts } from '../../platform/service.ts'
import type { ServiceDefinition } from '../../platform/service.ts'
import { Waits } from '../../platform/waits.ts'
import { addTopologyRoutes } from '../../topology/topology-routes.ts'
import { addTransferRoutes } from './transfers-routes.ts'

const config = Type.Object({
  ...serviceConfig(8084),
  ...kafkaConfig,
  database: Type.String({
    default: '.data/transfers.db',
    description: 'Where the transfers are: a SQLite file, or mariadb://USER@HOST:PORT/DATABASE.',
  }),
  ...databasePassword,
  userWaitMs: Type.Integer({ default: 1000, minimum: 0, description: 'How long a user who is not known yet is waited for.' }),
  settlement: Type.Enum(['on', 'off'], {
    default: 'on',
    description: 'Whether decisions of settlement are carried out: on or off.',
  }),
})

const applicationId = 'transfers-write-users'

export const transfersWrite: ServiceDefinition<typeof config> = {
  name: 'transfers-write',
  summary: 'Writes transfers to their database. Knows users from their topic.',
  config,
  async start(given, context) {
    await using parts = new ServiceParts()
    const { log } = context
    const { database, rows } = await openTransfers(given)
    parts.defer(() => database.close())
    const counts = new ErrorCounts()
    const waits = new Waits()
    parts.checks(waits.check)
    const kafka = {
      cluster: clusterOf(given, context),
      schemaRegistry: registryOf(given, { log, counts, waits, stopping: parts.stopping }),
      counts,
    }
    const users = new StreamsUserDirectory({
      ...kafka,
      log: log.child({ part: 'user-directory' }),
      applicationId,
      waitMs: given.userWaitMs,
      onFailure: parts.fail,
    })
    parts.defer(() => users.close().then(() => {}))
    parts.awaits(users.ready)
    parts.checks(() => users.health())
    const http = await openHttp({ name: 'transfers-write', log })
    const transfers = new Transfers(rows, users, () => new Date().toISOString())
    addTransferRoutes(http, transfers)
    addErrorCounts(http, counts)
    addTopologyRoutes(http, applicationId, userDirectoryTopology())
    if (given.settlement === 'on') await carryOut(transfers, { ...kafka, log: (line) => log.warn(line) }, parts)
    return await parts.listen(http, given)
  },
}

async function carryOut(
  transfers: Transfers,
  options: Omit<SettlementCommandsOptions, 'settle'>,
  parts: ServiceParts,
): Promise<void> {
  const commands = await SettlementCommands.start({ ...options, settle: (decisions) => transfers.settle(decisions) })
  parts.dependsOn(commands.done)
  parts.defer(() => commands.close())
}

if (import.meta.main) await runService(transfersWrite)
