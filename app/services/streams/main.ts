import { setTimeout as delay } from 'node:timers/promises'
import type { KafkaStreams } from 'millrace'
import { schemasFor } from '../../../examples/transfer-pipeline/schemas/avro-mode.ts'
import { prometheusMetrics } from 'millrace/metrics'
import Type from 'typebox'
import { applications, startApplication, topologyOf } from '../../../examples/transfer-pipeline/main.ts'
import { ErrorCounts } from '../../../examples/transfer-pipeline/errors/error-counts.ts'
import { DriftBook } from '../../../examples/transfer-pipeline/schemas/drift-book.ts'
import { defaultAlertLimits } from '../../../examples/transfer-pipeline/topologies/analytics.ts'
import { defaultLimits } from '../../../examples/transfer-pipeline/topologies/settlement.ts'
import { clusterOf } from '../../platform/cluster.ts'
import { groupInstanceId, kafkaConfig, serviceConfig } from '../../platform/config.ts'
import { addErrorCounts } from '../../platform/http/error-counts.ts'
import { openHttp } from '../../platform/http/open-http.ts'
import { runService } from '../../platform/run-service.ts'
import { ServiceParts } from '../../platform/service.ts'
import type { ServiceDefinition } from '../../platform/service.ts'
import { addTopologyRoutes } from '../../topology/topology-routes.ts'
import { addAnalyticsRoutes } from './analytics-routes.ts'
import { Flow } from './flow.ts'
import { RestoreProgress } from './restore-progress.ts'
import { runningOperations } from './running-operations.ts'
import { StoreQueries } from './stores/store-queries.ts'
import { addStoreRoutes } from './stores/store-routes.ts'

const config = Type.Object({
  ...serviceConfig(8101),
  ...kafkaConfig,
  application: Type.Enum(Object.keys(applications), { description: `One of ${Object.keys(applications).join(', ')}.` }),
  stateDir: Type.String({ default: '.data/state', description: 'Where stores are kept.' }),
  amountLimit: Type.String({
    default: defaultLimits.amount,
    pattern: String.raw`^\d+\.\d\d$`,
    description: 'Settlement fails a transfer of more than this.',
  }),
  velocityTransfers: Type.Integer({
    default: defaultLimits.velocity.transfers,
    minimum: 1,
    description: 'How many transfers a user may send within the window.',
  }),
  velocityWindowMs: Type.Integer({ default: defaultLimits.velocity.windowMs, minimum: 1, description: 'That window, in ms.' }),
  alertTransfers: Type.Integer({
    default: defaultAlertLimits.velocity.transfers,
    minimum: 2,
    description: 'So many transfers of a user within the window are an alert.',
  }),
  alertWindowMs: Type.Integer({ default: defaultAlertLimits.velocity.windowMs, minimum: 1, description: 'That window, in ms.' }),
  alertAmount: Type.String({
    default: defaultAlertLimits.amount,
    pattern: String.raw`^\d+\.\d\d$`,
    description: 'More than this of a user within ten minutes is an alert.',
  }),
  auditMask: Type.String({ default: '', description: 'Columns that the audit log masks, with commas between.' }),
  processingGuarantee: Type.Enum(['exactly_once_v2', 'at_least_once'], {
    default: 'exactly_once_v2',
    description: 'What holds for each record over a crash.',
  }),
  commitIntervalMs: Type.Integer({ default: 100, minimum: 1, description: 'How often the application commits, in ms.' }),
  sessionTimeoutMs: Type.Optional(
    Type.Integer({ minimum: 6000, description: 'How long the tasks of an instance that was killed wait for it, in ms: 45,000.' }),
  ),
  groupInstanceId,
})

/** One stream application of the example, with the health of a service. */
export const streamsService: ServiceDefinition<typeof config> = {
  name: 'streams',
  summary: 'Runs one stream application of the pipeline.',
  config,
  async start(given, context) {
    await using parts = new ServiceParts()
    const log = context.log.child({ application: given.application })
    const progress = new RestoreProgress()
    const counts = new ErrorCounts()
    const drifts = new DriftBook()
    const settings = {
      ingestion: { onDrift: drifts.note },
      limits: {
        amount: given.amountLimit,
        velocity: { transfers: given.velocityTransfers, windowMs: given.velocityWindowMs },
      },
      alerts: {
        velocity: { transfers: given.alertTransfers, windowMs: given.alertWindowMs },
        amount: given.alertAmount,
      },
      audit: { masked: given.auditMask.split(',').filter((column) => column !== '') },
    }
    const streams = await startApplication(given.application, {
      cluster: clusterOf(given, context),
      schemaRegistry: schemasFor(given.avroMode, given.registry),
      stateDir: given.stateDir,
      commitIntervalMs: given.commitIntervalMs,
      ...(given.sessionTimeoutMs !== undefined && { sessionTimeoutMs: given.sessionTimeoutMs }),
      ...(given.groupInstanceId !== undefined && { groupInstanceId: given.groupInstanceId }),
      processingGuarantee: given.processingGuarantee,
      ...settings,
      stateRestoreListener: progress,
      counts,
      log: (line) => log.info(line),
      onFailure: parts.fail,
    })
    parts.defer(() => streams.close().then(() => {}))
    parts.awaits(running(streams))
    parts.checks(() => streams.health())
    // A thread is named by its process: kill -9 takes both.
    const instance = `process ${process.pid}`
    const http = await openHttp({ name: given.application, log })
    parts.use(prometheusMetrics(streams, { registry: http.metrics }))
    http.get('/tasks', { schema: runningOperations.tasks }, () => ({
      state: streams.state,
      instance,
      guarantee: given.processingGuarantee,
      tasks: streams.localTasks().map(({ taskId, state }) => ({ taskId, state })),
      restore: progress.current,
      restores: progress.byStore,
    }))
    addErrorCounts(http, counts)
    http.get(
      '/schema-drift',
      { schema: { summary: 'Columns of raw records that are not as the application reads them.' } },
      () => ({
        content: drifts.all(),
      }),
    )
    const topology = topologyOf(given.application, settings)
    addTopologyRoutes(http, given.application, topology)
    const flow = new Flow({ applicationId: given.application, topology, streams })
    http.get('/flow', { schema: runningOperations.flow }, () => flow.now())
    addStoreRoutes(http, new StoreQueries({ applicationId: given.application, topology, streams, instance }))
    if (given.application === 'transfer-analytics') addAnalyticsRoutes(http, streams)
    return await parts.listen(http, given)
  },
}

const pollMs = 20

/** Resolves when all tasks have their stores; never, if it fails before. */
async function running(streams: KafkaStreams): Promise<void> {
  while (streams.state !== 'running') await delay(pollMs, undefined, { ref: false })
}

if (import.meta.main) await runService(streamsService)
