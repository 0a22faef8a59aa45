import { KafkaStreams } from 'millrace'
import Type from 'typebox'
import { ErrorCounts } from '../../../examples/transfer-pipeline/errors/error-counts.ts'
import { errorHandlers } from '../../../examples/transfer-pipeline/errors/error-handlers.ts'
import { transferReadTopology } from '../../../examples/transfer-pipeline/topologies/transfer-read.ts'
import { clusterOf, identityOf } from '../../platform/cluster.ts'
import { clusterIdentity, groupInstanceId, kafkaConfig, serviceConfig } from '../../platform/config.ts'
import { addErrorCounts } from '../../platform/http/error-counts.ts'
import { openHttp } from '../../platform/http/open-http.ts'
import { streamsLogger } from '../../platform/log.ts'
import { registryOf } from '../../platform/registry.ts'
import { runService } from '../../platform/run-service.ts'
import { ServiceParts } from '../../platform/service.ts'
import type { ServiceDefinition } from '../../platform/service.ts'
import { Waits } from '../../platform/waits.ts'
import { addTopologyRoutes } from '../../topology/topology-routes.ts'
import { KeyOwners } from './key-owners.ts'
import { addStateRoutes } from './state-routes.ts'
import { addStreamRoutes } from './stream-routes.ts'
import { TransferFeed } from './transfer-feed.ts'

const config = Type.Object({
  ...serviceConfig(8083),
  ...kafkaConfig,
  stateDir: Type.String({ default: '.data/state', description: 'Where stores are kept.' }),
  commitIntervalMs: Type.Integer({ default: 100, minimum: 1, description: 'How often the application commits, in ms.' }),
  clusterIdentity,
  groupInstanceId,
  instances: Type.String({
    default: '',
    description:
      'Addresses of all instances, with commas between: a key of another one is answered with its address. Default: one.',
  }),
})

const applicationId = 'transfer-read'

/** Reads from the stores of its own stream application, and pushes changes. */
export const readState: ServiceDefinition<typeof config> = {
  name: 'read-state',
  summary: 'Answers from state stores, and pushes changes as a stream.',
  config,
  async start(given, context) {
    await using parts = new ServiceParts()
    const cluster = clusterOf(given, context)
    const counts = new ErrorCounts()
    const waits = new Waits()
    parts.checks(waits.check)
    const registry = registryOf(given, { log: context.log, counts, waits, stopping: parts.stopping })
    const log = context.log.child({ application: applicationId })
    const topology = transferReadTopology()
    const streams = new KafkaStreams(topology, {
      applicationId,
      cluster,
      schemaRegistry: registry,
      stateDir: given.stateDir,
      processingGuarantee: 'exactly_once_v2',
      commitIntervalMs: given.commitIntervalMs,
      ...(given.groupInstanceId !== undefined && { groupInstanceId: given.groupInstanceId }),
      ...errorHandlers({ applicationId, counts, log: (line) => log.warn(line) }),
      logger: streamsLogger(log),
      uncaughtExceptionHandler: (error) => {
        parts.fail(error instanceof Error ? error : new Error(String(error)))
        return 'shutdown-client'
      },
    })
    parts.defer(() => streams.close().then(() => {}))
    parts.checks(() => streams.health())
    const feed = parts.use(new TransferFeed({ cluster, schemaRegistry: registry, clusterIdentity: identityOf(given) }))
    parts.dependsOn(feed.failure)
    const http = await openHttp({ name: 'read-state', log: context.log })
    addStateRoutes(http, {
      applicationId,
      streams,
      owners: new KeyOwners({ streams, cluster, instances: addressesIn(given.instances) }),
    })
    addStreamRoutes(http, feed)
    addErrorCounts(http, counts)
    addTopologyRoutes(http, applicationId, topology)
    parts.awaits(streams.start())
    return await parts.listen(http, given)
  },
}

const addressesIn = (list: string): readonly string[] => list.split(',').filter((address) => address !== '')

if (import.meta.main) await runService(readState)
