import type { Clock } from '../clock/clock.ts'
import type { Metrics, RecordingLevel } from '../metrics/metrics.ts'
import { ConfigError } from '../model/errors.ts'
import { nearestName } from '../model/nearest-name.ts'
import type { SchemaRegistry, Serde } from '../model/serde.ts'
import { releases, type UpgradeFrom } from '../model/upgrade-from.ts'
import type { ProcessorWrapper } from '../processor/processor-wrapper.ts'
import type { TimestampExtractor } from '../processor/timestamp-extractor.ts'
import { failOnInvalidTimestamp } from '../processor/timestamp-extractors.ts'
import type { StorageFactory } from '../storage/storage.ts'
import { isOffsetReset, offsetResets } from '../topology/offset-reset.ts'
import type { OffsetReset } from '../topology/topology-plan.ts'
import type { Cluster } from '../transport/cluster.ts'
import type { Compression } from '../transport/record-batch/produce-batch.ts'
import type { StateRestoreListener } from './restore/changelog.ts'
import type { DeserializationHandler, ProcessingHandler, ProductionHandler } from './errors/error-handlers.ts'
import { logAndFail, retryOrFail } from './errors/error-handlers.ts'
import type { Logger } from './logger.ts'
import { consoleLogger } from './logger.ts'

/** States of an application, as in Java; `error` and `not-running` are final. */
export type StreamsState = 'created' | 'rebalancing' | 'running' | 'pending-shutdown' | 'not-running' | 'pending-error' | 'error'

/**
 * `replace-thread`: close all tasks, join again, and process from the last commit. `shutdown-client`: this process stops
 * processing, and its state becomes `error`. `shutdown-application`: so do all processes of the application.
 */
export type UncaughtExceptionAnswer = 'replace-thread' | 'shutdown-client' | 'shutdown-application'

/** Decides what happens after an error that ended the processing (Java: `StreamsUncaughtExceptionHandler`). */
export type UncaughtExceptionHandler = (error: unknown) => UncaughtExceptionAnswer

/** The options of `StreamsConfig` besides the cluster. */
export interface StreamsOptions {
  /** Name of the consumer group, and prefix of internal topics. Required. */
  readonly applicationId: string
  /** Prefix of the ids of all clients. Default: the application id and the id of the process. */
  readonly clientId?: string | undefined
  /** The id of a static member of the group (KIP-345). Default: the member is not static. */
  readonly groupInstanceId?: string | undefined
  /**
   * The processing guarantee. `exactly_once_v2`: what a record changes in stores and writes to topics is committed together with its offset, in
   * one transaction (KIP-447). Readers that are to see each result once read `read_committed`. Default `at_least_once`.
   */
  readonly processingGuarantee?: 'at_least_once' | 'exactly_once_v2' | undefined
  /** `java` behaves as Kafka Streams even where that loses data. Default `safe`. */
  readonly compatibility?: 'safe' | 'java' | undefined
  /**
   * How often, by the wall clock, operators look for results that have become due with event time: windows that have closed, and
   * unmatched records of outer joins. Default 1000 (Java: the internal `__emit.interval.ms…`).
   */
  readonly emitIntervalMs?: number | undefined
  /**
   * The oldest release of Kafka Streams that still reads the topics of this application, during an upgrade (Java: `upgrade.from`). Up to
   * 3.4 a change of a grouped table is written as two records (KIP-904).
   */
  readonly upgradeFrom?: UpgradeFrom | undefined
  /** Serde of keys for which no other is given (Java: `default.key.serde`). */
  readonly defaultKeySerde?: Serde<never> | undefined
  /** Serde of values for which no other is given (Java: `default.value.serde`). */
  readonly defaultValueSerde?: Serde<never> | undefined
  /** The schema registry that Avro serdes use. */
  readonly schemaRegistry?: SchemaRegistry | undefined
  /** Gives each record its timestamp. Default {@link failOnInvalidTimestamp}. */
  readonly defaultTimestampExtractor?: TimestampExtractor | undefined
  /** Decides what happens to a record that cannot be read. Default: `logAndFail`. */
  readonly deserializationHandler?: DeserializationHandler | undefined
  /** Decides what happens to a record whose processing throws. Default: `logAndFail`. */
  readonly processingHandler?: ProcessingHandler | undefined
  /** Runs another processor instead of, or around, each one of the topology (KIP-1112). Default: none. */
  readonly processorWrapper?: ProcessorWrapper | undefined
  /** Whether errors of the processors of global stores go to `processingHandler` too (KIP-1270). Default false: they fail. */
  readonly processingExceptionHandlerGlobalEnabled?: boolean | undefined
  /** Decides what happens to a record that cannot be written. Default {@link retryOrFail}. */
  readonly productionHandler?: ProductionHandler | undefined
  /**
   * The topic of dead letters that the engine writes when a handler gives none of its own (KIP-1034). It must exist. Default: none
   * are written.
   */
  readonly errorsDeadLetterQueueTopicName?: string | undefined
  /** Folder of stores on disk. Without it stores are in memory, and restored from their changelogs at each start. */
  readonly stateDir?: string | undefined
  /** A storage to use instead of `stateDir`. */
  readonly storage?: StorageFactory | undefined
  /**
   * Only `default` so far: stores of the DSL do not keep headers (Java: `dsl.store.format`, KIP-1285).
   */
  readonly dslStoreFormat?: 'default' | undefined
  /**
   * The medium of stores that name none of their own. Default: `disk` with a `stateDir` or a `storage` on disk, else `memory`.
   */
  readonly defaultStoreMedium?: 'memory' | 'disk' | undefined
  /**
   * How often tasks are committed. Default 30 000; with `exactly_once_v2` 100, and as soon as all input is processed. Then it is less than
   * `transactionTimeoutMs`.
   */
  readonly commitIntervalMs?: number | undefined
  /**
   * Brokers abort a transaction that is open for longer than this (Kafka: `transaction.timeout.ms`). From half of it on nothing is processed
   * before a commit. So it has to be longer than any outage of brokers that shall not undo work. Default 10 000; at most 900 000.
   */
  readonly transactionTimeoutMs?: number | undefined
  /** How often a task whose records wait for other partitions is looked at again. Default 100. */
  readonly pollMs?: number | undefined
  /** How long a task waits for a partition without data (KIP-695). Default 0; −1: it never waits, even if the broker has data. */
  readonly maxTaskIdleMs?: number | undefined
  /** A partition with more buffered records than this is not fetched until its task has processed some. Default 1000. */
  readonly bufferedRecordsPerPartition?: number | undefined
  /** Size of all record caches together (KIP-63). Default 10 MiB. */
  readonly statestoreCacheMaxBytes?: number | undefined
  /** A process whose stored state is at most this many records behind counts as caught up on a task. Default 10 000. */
  readonly acceptableRecoveryLag?: number | undefined
  /** Retriable errors of commits and restores end the thread after this long. Default 300 000. */
  readonly taskTimeoutMs?: number | undefined
  /**
   * State of a task that another member has taken over is removed from `stateDir` when it has lain there for this long, or up to twice as
   * long. Default 600 000 (ten minutes).
   */
  readonly stateCleanupDelayMs?: number | undefined
  /** How often processed records are deleted from repartition topics. Default 30 000. */
  readonly repartitionPurgeIntervalMs?: number | undefined
  /** Replication factor of internal topics; −1: the broker's default. Default −1. */
  readonly replicationFactor?: number | undefined
  /** Kafka topic configuration of internal topics (Java: `topic.*`). */
  readonly topicConfig?: Readonly<Record<string, string>> | undefined
  /** How much longer than its store the changelog of a window store keeps records. Default a day. */
  readonly windowStoreChangelogAdditionalRetentionMs?: number | undefined
  /**
   * The offset at which a partition without a committed offset begins. `{ byDurationMs }`: at the first record that is at most this
   * old (KIP-1106). Default `earliest`.
   */
  readonly autoOffsetReset?: OffsetReset | undefined
  /** A member that sends no heartbeat for this long loses its tasks. Default 45 000. */
  readonly sessionTimeoutMs?: number | undefined
  /** How often a member sends a heartbeat. Default 3000. */
  readonly heartbeatIntervalMs?: number | undefined
  /**
   * How long a member may take to join again in a rebalance. A turn of the loop that takes longer gives the tasks to other members,
   * serdes that take longer to prepare end the thread. Default 300 000.
   */
  readonly maxPollIntervalMs?: number | undefined
  /**
   * How often the cluster is asked for the topics that the application reads: whether a pattern matches others, one has more partitions,
   * or was deleted. An error that hints at it is a reason to ask at once. Default 10 000 (Java: five minutes).
   */
  readonly metadataMaxAgeMs?: number | undefined
  /** How long a request to a broker may take. Default 40 000. */
  readonly requestTimeoutMs?: number | undefined
  /** How long sending a batch may take, with its retries. Default 120 000. */
  readonly deliveryTimeoutMs?: number | undefined
  /** The pause before something is tried again. Default 100. */
  readonly retryBackoffMs?: number | undefined
  /** How long a fetch may wait for data. Default 500. */
  readonly fetchMaxWaitMs?: number | undefined
  /** Size of the answer of one fetch. Default 50 MiB. */
  readonly fetchMaxBytes?: number | undefined
  /** Size of one partition's part of a fetch. Default 1 MiB. */
  readonly maxPartitionFetchBytes?: number | undefined
  /**
   * About how many bytes record caches, stores (their unwritten rows, and all rows of stores in memory), fetched records, restores and
   * output may take together. At this limit no more input is fetched until there is room, and restores wait, after they have stored what they
   * have. Default: no limit but those of the single options.
   */
  readonly memoryMaxBytes?: number | undefined
  /** Processing waits while more output than this is in flight. Default 32 MiB. */
  readonly bufferMemory?: number | undefined
  /** Compression of the batches that are written. Default `none`. */
  readonly compressionType?: Compression | undefined
  /** Called at every change of state, with the new and the old state. */
  readonly onStateChange?: ((state: StreamsState, previous: StreamsState) => void) | undefined
  /**
   * Decides what happens after an error that ended the processing (Java: `StreamsUncaughtExceptionHandler`). Default:
   * `shutdown-client`.
   */
  readonly uncaughtExceptionHandler?: UncaughtExceptionHandler | undefined
  /** Is told about the progress of restores. */
  readonly stateRestoreListener?: StateRestoreListener | undefined
  /** Takes the messages of the engine. Default: the console. */
  readonly logger?: Logger | undefined
  /**
   * What is recorded in the registry of metrics, if that is the one in memory (Kafka: `metrics.recording.level`). Default `info`.
   * `debug`: also each node and each call of a store. `off`: nothing is timed.
   */
  readonly metricsRecordingLevel?: RecordingLevel | undefined
  /** The registry of metrics. Default: one in memory. */
  readonly metrics?: Metrics | undefined
  /** The clock of the application. Default: that of the cluster. */
  readonly clock?: Clock | undefined
}

/**
 * The cluster on which an application runs. `bootstrapServers` is short for `cluster: kafka({ bootstrapServers })`. It must be there,
 * but may be undefined, as a variable of the environment is: an application without it does not start (`STREAMS_CONFIG_MISSING`).
 */
export type ClusterOption =
  | { readonly cluster: Cluster; readonly bootstrapServers?: undefined }
  | { readonly cluster?: undefined; readonly bootstrapServers: string | undefined }

/** Configuration of an application: Kafka's keys in camelCase. Times in ms, sizes in bytes. */
export type StreamsConfig = StreamsOptions & ClusterOption

const optional = undefined as unknown

/** Every key with its default. A key whose default is a number takes numbers only. */
const keys = {
  applicationId: optional,
  cluster: optional,
  bootstrapServers: optional,
  clientId: optional,
  groupInstanceId: optional,
  processingGuarantee: 'at_least_once',
  compatibility: 'safe',
  emitIntervalMs: 1000,
  upgradeFrom: optional,
  defaultKeySerde: optional,
  defaultValueSerde: optional,
  schemaRegistry: optional,
  defaultTimestampExtractor: failOnInvalidTimestamp,
  deserializationHandler: logAndFail,
  processingHandler: logAndFail,
  processorWrapper: optional,
  processingExceptionHandlerGlobalEnabled: false,
  productionHandler: retryOrFail,
  errorsDeadLetterQueueTopicName: optional,
  stateDir: optional,
  storage: optional,
  dslStoreFormat: 'default',
  defaultStoreMedium: optional,
  commitIntervalMs: 30_000,
  transactionTimeoutMs: 10_000,
  pollMs: 100,
  maxTaskIdleMs: 0,
  bufferedRecordsPerPartition: 1000,
  statestoreCacheMaxBytes: 10 * 1024 * 1024,
  acceptableRecoveryLag: 10_000,
  taskTimeoutMs: 300_000,
  stateCleanupDelayMs: 600_000,
  repartitionPurgeIntervalMs: 30_000,
  replicationFactor: -1,
  topicConfig: {},
  windowStoreChangelogAdditionalRetentionMs: 86_400_000,
  autoOffsetReset: 'earliest',
  sessionTimeoutMs: 45_000,
  heartbeatIntervalMs: 3000,
  maxPollIntervalMs: 300_000,
  metadataMaxAgeMs: 10_000,
  requestTimeoutMs: 40_000,
  deliveryTimeoutMs: 120_000,
  retryBackoffMs: 100,
  fetchMaxWaitMs: 500,
  fetchMaxBytes: 50 * 1024 * 1024,
  maxPartitionFetchBytes: 1024 * 1024,
  memoryMaxBytes: optional,
  bufferMemory: 32 * 1024 * 1024,
  compressionType: 'none',
  onStateChange: optional,
  uncaughtExceptionHandler: optional,
  stateRestoreListener: optional,
  logger: consoleLogger,
  metricsRecordingLevel: 'info',
  metrics: optional,
  clock: optional,
} as const satisfies Record<keyof StreamsConfig, unknown>

/** The default of `commitIntervalMs` with `exactly_once_v2`: nobody sees results before the commit. */
const exactlyOnceIntervalMs = 100

const choices: Readonly<Record<string, readonly string[]>> = {
  processingGuarantee: ['at_least_once', 'exactly_once_v2'],
  compatibility: ['safe', 'java'],
  upgradeFrom: releases,
  defaultStoreMedium: ['memory', 'disk'],
  metricsRecordingLevel: ['off', 'info', 'debug'],
  compressionType: ['none', 'gzip', 'snappy', 'lz4', 'zstd'],
}

/** Options of Kafka Streams that Millrace lacks, each with the advice for its error message. */
const notBuilt: Readonly<Record<string, string>> = {
  numStreamThreads: 'an application has one thread per process. Start more processes to use more cores.',
  numStandbyReplicas: 'there are no standby replicas yet. Keep stateDir, so that a restart finds its state.',
}

/** Numbers that may also be −1. */
const mayBeMinusOne: ReadonlySet<string> = new Set(['maxTaskIdleMs', 'replicationFactor'])

type WithDefault = {
  [K in keyof StreamsConfig as unknown extends (typeof keys)[K] ? never : K]-?: NonNullable<StreamsConfig[K]>
}

/** All options, with their defaults. */
export type ResolvedConfig = StreamsConfig & WithDefault

/**
 * Checks a configuration, and adds the defaults. Throws a `ConfigError` that names a key which is unknown, missing, or has an
 * invalid value.
 */
export function resolveConfig(config: StreamsConfig): ResolvedConfig {
  const given = Object.entries(config).filter(([, value]) => value !== undefined)
  for (const [key, value] of given) checkKey(key, value)
  if (typeof config.applicationId !== 'string' || !/^[a-zA-Z0-9._-]{1,150}$/.test(config.applicationId))
    throw invalid('applicationId', config.applicationId, '1 to 150 of a-z, A-Z, 0-9, ".", "_" and "-"')
  const { cluster, bootstrapServers } = config as { readonly cluster?: unknown; readonly bootstrapServers?: unknown }
  if (cluster !== undefined && bootstrapServers !== undefined)
    throw invalid('bootstrapServers', bootstrapServers, 'left out where there is a cluster, which has its own')
  if (cluster === undefined && bootstrapServers === undefined) throw missingCluster(config)
  const isExactlyOnce = config.processingGuarantee === 'exactly_once_v2'
  const ofGuarantee = isExactlyOnce ? { commitIntervalMs: exactlyOnceIntervalMs } : {}
  const resolved = { ...keys, ...ofGuarantee, ...Object.fromEntries(given) } as ResolvedConfig
  if (isExactlyOnce && resolved.commitIntervalMs >= resolved.transactionTimeoutMs)
    throw invalid(
      'commitIntervalMs',
      resolved.commitIntervalMs,
      `less than transactionTimeoutMs (${resolved.transactionTimeoutMs}), because a transaction is open between commits`,
    )
  if (resolved.heartbeatIntervalMs >= resolved.sessionTimeoutMs)
    throw invalid(
      'heartbeatIntervalMs',
      resolved.heartbeatIntervalMs,
      `less than sessionTimeoutMs (${resolved.sessionTimeoutMs})`,
    )
  if (resolved.defaultStoreMedium === 'disk' && resolved.stateDir === undefined && resolved.storage === undefined)
    throw new ConfigError('STREAMS_CONFIG_MISSING', 'Stores on disk need a folder: set stateDir.', { facts: { key: 'stateDir' } })
  return Object.freeze(resolved)
}

function missingCluster(config: object): ConfigError {
  const isUndefined = 'bootstrapServers' in config
  const next = 'Set cluster or bootstrapServers: the application runs on a cluster.'
  const message = isUndefined ? `bootstrapServers is undefined. ${next} Is a variable of the environment missing?` : next
  return new ConfigError('STREAMS_CONFIG_MISSING', message, { facts: { key: isUndefined ? 'bootstrapServers' : 'cluster' } })
}

function checkKey(key: string, value: unknown): void {
  if (!Object.hasOwn(keys, key)) {
    const nearest = nearestName(key, Object.keys(keys))
    if (key in notBuilt)
      throw new ConfigError('STREAMS_CONFIG_UNKNOWN', `There is no option ${key}: ${notBuilt[key]}`, { facts: { key } })
    const next = nearest === undefined ? `The options are ${Object.keys(keys).join(', ')}.` : `Did you mean ${nearest}?`
    const message = `There is no option ${key}. ${next}`
    throw new ConfigError('STREAMS_CONFIG_UNKNOWN', message, { facts: { key } })
  }
  if (key === 'bootstrapServers' && typeof value !== 'string')
    throw invalid(key, value, 'a text: host:port, several separated by commas')
  if (key === 'autoOffsetReset' && !isOffsetReset(value)) throw invalid(key, value, offsetResets)
  if (key === 'dslStoreFormat') return checkStoreFormat(key, value)
  const allowed = choices[key]
  if (allowed !== undefined && !allowed.includes(value as string)) throw invalid(key, value, `one of ${allowed.join(', ')}`)
  if (functions.has(key) && typeof value !== 'function') throw invalid(key, value, 'a function')
  if (typeof keys[key as keyof typeof keys] === 'number') checkNumber(key, value)
}

const functions: ReadonlySet<string> = new Set([
  'defaultTimestampExtractor',
  'deserializationHandler',
  'processingHandler',
  'productionHandler',
  'processorWrapper',
  'onStateChange',
  'uncaughtExceptionHandler',
] satisfies readonly (keyof StreamsConfig)[])

function checkStoreFormat(key: string, format: unknown): void {
  if (format === 'default') return
  const expected = 'default: stores that keep headers (KIP-1271) are not built yet, so HEADERS of Java cannot be had here'
  throw invalid(key, format, expected)
}

function checkNumber(key: string, value: unknown): void {
  const isInRange = Number.isSafeInteger(value) && ((value as number) >= 0 || (value === -1 && mayBeMinusOne.has(key)))
  if (!isInRange) throw invalid(key, value, `an integer >= ${mayBeMinusOne.has(key) ? -1 : 0}`)
}

function invalid(key: string, value: unknown, expected: string): ConfigError {
  const message = `${key} is ${JSON.stringify(value)}; it must be ${expected}.`
  return new ConfigError('STREAMS_CONFIG_INVALID', message, { facts: { key, value } })
}
