import type { Metrics } from '../metrics/metrics.ts'
import type { Serde } from '../model/serde.ts'
import { RecordCacheBudget } from '../state/layers/record-cache.ts'
import type { StorageFactory } from '../storage/storage.ts'
import type { Cluster } from '../transport/cluster.ts'
import { SerdeResolver } from './serdes/serde-resolver.ts'
import type { ResolvedConfig } from './streams-config.ts'
import type { TaskEnvironment } from './task-runtime.ts'

export interface EnvironmentOptions {
  readonly config: ResolvedConfig
  readonly cluster: Cluster
  readonly storage: StorageFactory
  readonly metrics: Metrics
  readonly serdes: SerdeResolver
  readonly clientId: string
}

/** What all tasks of an application share. */
export function makeEnvironment({ config, cluster, storage, metrics, serdes, clientId }: EnvironmentOptions): TaskEnvironment {
  return {
    applicationId: config.applicationId,
    threadId: `${clientId}-StreamThread-1`,
    compatibility: config.compatibility,
    upgradeFrom: config.upgradeFrom,
    emitIntervalMs: config.emitIntervalMs,
    clock: config.clock ?? cluster.clock,
    metrics,
    logger: config.logger,
    serdes,
    timestampExtractor: config.defaultTimestampExtractor,
    deserializationHandler: config.deserializationHandler,
    processingHandler: config.processingHandler,
    productionHandler: config.productionHandler,
    globalProcessingHandler: config.processingExceptionHandlerGlobalEnabled ? 'processing' : 'fail',
    deadLetterTopic: config.errorsDeadLetterQueueTopicName,
    cache: new RecordCacheBudget(config.statestoreCacheMaxBytes),
    defaultStoreMedium: config.defaultStoreMedium ?? storage.medium,
    maxTaskIdleMs: config.maxTaskIdleMs,
  }
}

/** The serdes of an application, with its defaults. */
export function serdeResolver(config: ResolvedConfig): SerdeResolver {
  const { applicationId, schemaRegistry } = config
  const defaultKey = config.defaultKeySerde as unknown as Serde<unknown> | undefined
  const defaultValue = config.defaultValueSerde as unknown as Serde<unknown> | undefined
  return new SerdeResolver({ schemaRegistry, applicationId, defaultKey, defaultValue })
}
