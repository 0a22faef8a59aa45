import type { Clock } from '../clock/clock.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { ConfigError } from '../model/errors.ts'
import { nearestName } from '../model/nearest-name.ts'
import type { SchemaRegistry, Serde } from '../model/serde.ts'
import { releases, type UpgradeFrom } from '../model/upgrade-from.ts'
import type { ProcessorWrapper } from '../processor/processor-wrapper.ts'
import type { TimestampExtractor } from '../processor/timestamp-extractor.ts'
import { failOnInvalidTimestamp } from '../processor/timestamp-extractors.ts'
import type { StorageFactory } from '../storage/storage.ts'
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

/** Decides what an error that ended the processing means (Java: `StreamsUncaughtExceptionHandler`). */
export type UncaughtExceptionHandler = (error: unknown) => UncaughtExceptionAnswer

/** What `StreamsConfig` has besides the cluster. */
export interface StreamsOptions {
  /** Name of the consumer group, and prefix of internal topics. Required. */
  readonly applicationId: string
  /** Default: the application id. */
  readonly clientId?: string | undefined
  /** Static membership (KIP-345). */
  readonly groupInstanceId?: string | undefined
  /** Only `at_least_once` so far. */
  readonly processingGuarantee?: 'at_least_once' | undefined
  /** `java` behaves as Kafka Streams even where that loses data. Default `safe`. */
  readonly compatibility?: 'safe' | 'java' | undefined
  /**
   * How often, by the wall clock, operators look for what they emit when event time has passed: closed windows, records of outer joins without partner. Default 1000
   * (Java: the internal `__emit.interval.ms…`).
   */
  readonly emitIntervalMs?: number | undefined
  /**
   * The oldest release of Kafka Streams that still reads the topics of this application, during an upgrade (Java: `upgrade.from`). Up to
   * 3.4 a change of a grouped table is written as two records (KIP-904).
   */
  readonly upgradeFrom?: UpgradeFrom | undefined
  /** Serde of keys where nothing else says one (Java: `default.key.serde`). */
  readonly defaultKeySerde?: Serde<never> | undefined
  /** Serde of values where nothing else says one (Java: `default.value.serde`). */
  readonly defaultValueSerde?: Serde<never> | undefined
  /** The registry that serdes with schemas ask. */
  readonly schemaRegistry?: SchemaRegistry | undefined
  /** Default {@link failOnInvalidTimestamp}. */
  readonly defaultTimestampExtractor?: TimestampExtractor | undefined
  /** Decides what happens to a record that cannot be read. Default: `logAndFail`. */
  readonly deserializationHandler?: DeserializationHandler | undefined
  /** Decides what happens to a record whose processing throws. Default: `logAndFail`. */
  readonly processingHandler?: ProcessingHandler | undefined
  /** Runs another processor instead of, or around, each one of the topology (KIP-1112). Default: none. */
  readonly processorWrapper?: ProcessorWrapper | undefined
  /** Whether errors of what keeps the global stores go to `processingHandler` as well (KIP-1270). Default false: they fail. */
  readonly processingExceptionHandlerGlobalEnabled?: boolean | undefined
  /** Default {@link retryOrFail}. */
  readonly productionHandler?: ProductionHandler | undefined
  /** Where the records go that a handler decided about by a bare answer (KIP-1034). It must exist. Default: nowhere. */
  readonly errorsDeadLetterQueueTopicName?: string | undefined
  /** Folder of stores on disk. Without it stores are in memory, and restored from their changelogs at each start. */
  readonly stateDir?: string | undefined
  /** Instead of `stateDir`: any storage. */
  readonly storage?: StorageFactory | undefined
  /**
   * Only `default` so far: stores of the DSL do not keep headers (Java: `dsl.store.format`, KIP-1285).
   */
  readonly dslStoreFormat?: 'default' | undefined
  /** Default: `disk` where there is a `stateDir` or a `storage` on disk. */
  readonly defaultStoreMedium?: 'memory' | 'disk' | undefined
  /** Default 30 000. */
  readonly commitIntervalMs?: number | undefined
  /** How often records that wait for other partitions are looked at again. Default 100. */
  readonly pollMs?: number | undefined
  /** KIP-695. Default 0; −1: never wait. */
  readonly maxTaskIdleMs?: number | undefined
  /** A partition with more is not fetched for a while. Default 1000. */
  readonly bufferedRecordsPerPartition?: number | undefined
  /** Record caches (KIP-63), all together. Default 10 MiB. */
  readonly statestoreCacheMaxBytes?: number | undefined
  /** Default 10 000. */
  readonly acceptableRecoveryLag?: number | undefined
  /** Default 300 000. */
  readonly taskTimeoutMs?: number | undefined
  /** Default 30 000. */
  readonly repartitionPurgeIntervalMs?: number | undefined
  /** Of internal topics; −1: the broker's default. Default −1. */
  readonly replicationFactor?: number | undefined
  /** Kafka topic configuration of internal topics (Java: `topic.*`). */
  readonly topicConfig?: Readonly<Record<string, string>> | undefined
  /** How much longer changelogs of window stores keep their records. Default a day. */
  readonly windowStoreChangelogAdditionalRetentionMs?: number | undefined
  /**
   * Where to begin without a committed offset; `{ byDurationMs }`: at the first record that is at most this old (KIP-1106). Default
   * `earliest`.
   */
  readonly autoOffsetReset?: OffsetReset | undefined
  /** Default 45 000. */
  readonly sessionTimeoutMs?: number | undefined
  /** Default 3000. */
  readonly heartbeatIntervalMs?: number | undefined
  /** How long a member may take to join again (Java: `max.poll.interval.ms`). Default 300 000. */
  readonly rebalanceTimeoutMs?: number | undefined
  /** How often topics are looked up that the pattern of a source may match. Default 10 000 (Java: five minutes). */
  readonly metadataMaxAgeMs?: number | undefined
  /** Default 40 000. */
  readonly requestTimeoutMs?: number | undefined
  /** Default 120 000. */
  readonly deliveryTimeoutMs?: number | undefined
  /** Default 100. */
  readonly retryBackoffMs?: number | undefined
  /** How long a fetch may wait for data. Default 500. */
  readonly fetchMaxWaitMs?: number | undefined
  /** Default 50 MiB. */
  readonly fetchMaxBytes?: number | undefined
  /** Default 1 MiB. */
  readonly maxPartitionFetchBytes?: number | undefined
  /** Output that is on its way. Default 32 MiB. */
  readonly bufferMemory?: number | undefined
  /** Default `none`. */
  readonly compressionType?: Compression | undefined
  /** Told about every change of state, with the new and the old one. */
  readonly onStateChange?: ((state: StreamsState, previous: StreamsState) => void) | undefined
  /** Decides what an error that ended the processing means (Java: `StreamsUncaughtExceptionHandler`). Default: `shutdown-client`. */
  readonly uncaughtExceptionHandler?: UncaughtExceptionHandler | undefined
  /** Told how far stores are restored. */
  readonly stateRestoreListener?: StateRestoreListener | undefined
  /** Where messages go. Default: the console. */
  readonly logger?: Logger | undefined
  /** Where metrics are kept. Default: in memory. */
  readonly metrics?: Metrics | undefined
  /** Default: the cluster's. */
  readonly clock?: Clock | undefined
}

/** Where an application runs: on a cluster, or, short for `cluster: kafka({ bootstrapServers })`, on the one with these brokers. */
export type ClusterOption =
  | { readonly cluster: Cluster; readonly bootstrapServers?: undefined }
  | { readonly cluster?: undefined; readonly bootstrapServers: string }

/** Configuration of an application: Kafka's keys in camelCase. Times in ms, sizes in bytes. */
export type StreamsConfig = StreamsOptions & ClusterOption

const optional = undefined as unknown

/** Every key once: its default, and what it must be. */
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
  pollMs: 100,
  maxTaskIdleMs: 0,
  bufferedRecordsPerPartition: 1000,
  statestoreCacheMaxBytes: 10 * 1024 * 1024,
  acceptableRecoveryLag: 10_000,
  taskTimeoutMs: 300_000,
  repartitionPurgeIntervalMs: 30_000,
  replicationFactor: -1,
  topicConfig: {},
  windowStoreChangelogAdditionalRetentionMs: 86_400_000,
  autoOffsetReset: 'earliest',
  sessionTimeoutMs: 45_000,
  heartbeatIntervalMs: 3000,
  rebalanceTimeoutMs: 300_000,
  metadataMaxAgeMs: 10_000,
  requestTimeoutMs: 40_000,
  deliveryTimeoutMs: 120_000,
  retryBackoffMs: 100,
  fetchMaxWaitMs: 500,
  fetchMaxBytes: 50 * 1024 * 1024,
  maxPartitionFetchBytes: 1024 * 1024,
  bufferMemory: 32 * 1024 * 1024,
  compressionType: 'none',
  onStateChange: optional,
  uncaughtExceptionHandler: optional,
  stateRestoreListener: optional,
  logger: consoleLogger,
  metrics: optional,
  clock: optional,
} as const satisfies Record<keyof StreamsConfig, unknown>

const choices: Readonly<Record<string, readonly string[]>> = {
  processingGuarantee: ['at_least_once'],
  compatibility: ['safe', 'java'],
  upgradeFrom: releases,
  defaultStoreMedium: ['memory', 'disk'],
  compressionType: ['none', 'gzip', 'snappy', 'lz4', 'zstd'],
}

/** Options of Kafka Streams that its users look for: what to do instead. */
const notBuilt: Readonly<Record<string, string>> = {
  numStreamThreads: 'an application has one thread per process. Start more processes to use more cores.',
  numStandbyReplicas: 'there are no standby replicas yet. Keep stateDir, so that a restart finds its state.',
}

/** Keys for which −1 means something. */
const mayBeMinusOne: ReadonlySet<string> = new Set(['maxTaskIdleMs', 'replicationFactor'])

type WithDefault = {
  [K in keyof StreamsConfig as unknown extends (typeof keys)[K] ? never : K]-?: NonNullable<StreamsConfig[K]>
}

/** All options, with their defaults. */
export type ResolvedConfig = StreamsConfig & WithDefault

/** Throws a `ConfigError` that names the key: unknown, missing, or with a value that cannot be. */
export function resolveConfig(config: StreamsConfig): ResolvedConfig {
  const given = Object.entries(config).filter(([, value]) => value !== undefined)
  for (const [key, value] of given) checkKey(key, value)
  if (typeof config.applicationId !== 'string' || !/^[a-zA-Z0-9._-]{1,150}$/.test(config.applicationId))
    throw invalid('applicationId', config.applicationId, '1 to 150 of a-z, A-Z, 0-9, ".", "_" and "-"')
  const { cluster, bootstrapServers } = config as { readonly cluster?: unknown; readonly bootstrapServers?: unknown }
  if (cluster !== undefined && bootstrapServers !== undefined)
    throw invalid('bootstrapServers', bootstrapServers, 'left out where there is a cluster, which has its own')
  if (cluster === undefined && bootstrapServers === undefined)
    throw new ConfigError('STREAMS_CONFIG_MISSING', 'Set cluster or bootstrapServers: the application runs on a cluster.', {
      facts: { key: 'cluster' },
    })
  const resolved = { ...keys, ...Object.fromEntries(given) } as ResolvedConfig
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
  if (key === 'autoOffsetReset') return checkOffsetReset(key, value)
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

/** Throws a `ConfigError` where `reset` is none. `key` says whose it is. */
function checkOffsetReset(key: string, reset: unknown): void {
  if (typeof reset === 'string' && ['earliest', 'latest', 'none'].includes(reset)) return
  const { byDurationMs } = Object(reset) as { readonly byDurationMs?: unknown }
  if (!Number.isSafeInteger(byDurationMs) || (byDurationMs as number) < 0)
    throw invalid(key, reset, 'earliest, latest, none, or { byDurationMs } with an integer >= 0')
}

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
