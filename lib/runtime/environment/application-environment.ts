import type { UpgradeFrom } from '../../model/upgrade-from.ts'
import type { ProcessorWrapper } from '../../processor/processor-wrapper.ts'
import type { TimestampExtractor } from '../../processor/timestamp-extractor.ts'
import type { StorageFactory } from '../../storage/storage.ts'
import type { DeserializationHandler, ProcessingHandler, ProductionHandler } from '../errors/error-handlers.ts'
import type { SerdeResolver } from '../serdes/serde-resolver.ts'
import type { ResolvedConfig } from '../streams-config.ts'

/**
 * The settings that all threads of an application share. They follow from the configuration alone and never change: texts, numbers,
 * and the functions and serdes of the user's modules. None of them is an open resource, so a worker thread that imports the same
 * modules can make an equal environment.
 */
export interface ApplicationEnvironment {
  readonly applicationId: string
  readonly compatibility: 'safe' | 'java'
  /** Default: `at_least_once`. */
  readonly processingGuarantee?: 'at_least_once' | 'exactly_once_v2' | undefined
  readonly upgradeFrom?: UpgradeFrom | undefined
  /** How often, by the wall clock, operators look for results that have become due with event time, such as closed windows. */
  readonly emitIntervalMs: number
  readonly serdes: SerdeResolver
  readonly timestampExtractor: TimestampExtractor
  readonly deserializationHandler: DeserializationHandler
  readonly processingHandler: ProcessingHandler
  readonly processorWrapper?: ProcessorWrapper | undefined
  /** Which handler is asked about errors of the processors that keep global stores (KIP-1270). */
  readonly globalProcessingHandler: 'processing' | 'fail'
  readonly productionHandler: ProductionHandler
  /** The topic of default dead letters; undefined: none are written. */
  readonly deadLetterTopic: string | undefined
  readonly defaultStoreMedium: 'memory' | 'disk'
  /** KIP-695: how long a task waits for a partition without data; −1: not at all. */
  readonly maxTaskIdleMs: number
}

/** The configuration without its open resources. */
export type ApplicationConfig = Omit<ResolvedConfig, 'cluster' | 'storage' | 'clock' | 'logger' | 'metrics'>

/**
 * Makes the environment of an application. `serdes` are those that its topology was checked with; `medium` is that of its storage.
 */
export function applicationEnvironment(
  config: ApplicationConfig,
  serdes: SerdeResolver,
  { medium }: Pick<StorageFactory, 'medium'>,
): ApplicationEnvironment {
  return {
    applicationId: config.applicationId,
    compatibility: config.compatibility,
    processingGuarantee: config.processingGuarantee,
    upgradeFrom: config.upgradeFrom,
    emitIntervalMs: config.emitIntervalMs,
    serdes,
    timestampExtractor: config.defaultTimestampExtractor,
    deserializationHandler: config.deserializationHandler,
    processingHandler: config.processingHandler,
    processorWrapper: config.processorWrapper,
    productionHandler: config.productionHandler,
    globalProcessingHandler: config.processingExceptionHandlerGlobalEnabled ? 'processing' : 'fail',
    deadLetterTopic: config.errorsDeadLetterQueueTopicName,
    defaultStoreMedium: config.defaultStoreMedium ?? medium,
    maxTaskIdleMs: config.maxTaskIdleMs,
  }
}
