import { checkOptions, type OptionNames } from '../model/check-options.ts'
import { ManualClock } from '../clock/manual-clock.ts'
import { systemClock } from '../clock/system-clock.ts'
import { MemoryMetrics } from '../metrics/memory-metrics.ts'
import type { Metric } from '../metrics/metrics.ts'
import { TopologyError } from '../model/errors.ts'
import type { Serde } from '../model/serde.ts'
import type { Topic } from '../model/topic.ts'
import type { UpgradeFrom } from '../model/upgrade-from.ts'
import type { ProcessorWrapper } from '../processor/processor-wrapper.ts'
import type { TimestampExtractor } from '../processor/timestamp-extractor.ts'
import { failOnInvalidTimestamp } from '../processor/timestamp-extractors.ts'
import { checkSerdes } from '../runtime/serdes/check-serdes.ts'
import type { DeserializationHandler, ProcessingHandler, ProductionHandler } from '../runtime/errors/error-handlers.ts'
import { logAndFail, retryOrFail } from '../runtime/errors/error-handlers.ts'
import type { Logger } from '../runtime/logger.ts'
import { silentLogger } from '../runtime/logger.ts'
import { SerdeResolver } from '../runtime/serdes/serde-resolver.ts'
import type { ThreadEnvironment } from '../runtime/environment/thread-environment.ts'
import { RecordCacheBudget } from '../state/layers/record-cache-budget.ts'
import type { AnyStore, StateStoreOf } from '../state/store-value.ts'
import type { StorageFactory } from '../storage/storage.ts'
import type { PlanOptions } from '../topology/plan-topology.ts'
import type { TopologyPlan } from '../topology/topology-plan.ts'
import type { SingleRecord } from './single-record-batch.ts'
import { TestEngine } from './test-engine.ts'
import { PassedOnValues } from './passed-on-values.ts'
import type { ProducedRecord } from './test-output.ts'
import { TestInputTopic, TestOutputTopic } from './test-topics.ts'
import type { TestInputTopicOptions } from './test-topics.ts'

/** The part of a `Topology` that the driver needs. */
export interface PlannedTopology {
  /** The topology with an application id. */
  plan(applicationId: string, options?: PlanOptions): TopologyPlan
}

/** Options of the test driver; all of them have defaults. */
export interface TopologyTestDriverConfig {
  /** The prefix of internal topics: `<applicationId>-…`. Default `test`. */
  readonly applicationId?: string | undefined
  /**
   * The number of partitions of every topic whose number the topology does not determine. With 1 the whole topology is one task,
   * as in Java's driver. With more there is a task per sub-topology and partition, and they take turns in the order of their ids.
   * Default 1.
   */
  readonly partitions?: number | undefined
  /** `java` behaves as Kafka Streams does, even if that loses data. Default `safe`. */
  readonly compatibility?: 'safe' | 'java' | undefined
  /**
   * The least time between two emissions of closed windows, in ms of the driver's wall clock. Default 0: no limit, as in Java's
   * driver.
   */
  readonly emitIntervalMs?: number | undefined
  /**
   * The oldest release of Kafka Streams that still reads the topics of this application, during an upgrade (Java:
   * `upgrade.from`). Up to 3.4 a change of a grouped table is written as two records (KIP-904).
   */
  readonly upgradeFrom?: UpgradeFrom | undefined
  /** Serde of keys where nothing else says one. */
  readonly defaultKeySerde?: Serde<never> | undefined
  /** Serde of values where nothing else says one. */
  readonly defaultValueSerde?: Serde<never> | undefined
  /** Extractor of sources that have none. Default: `failOnInvalidTimestamp`. */
  readonly defaultTimestampExtractor?: TimestampExtractor | undefined
  /**
   * The size of the record cache in bytes (Java: `statestore.cache.max.bytes`). It is flushed after each record. Default 10 MiB.
   */
  readonly cacheMaxBytes?: number | undefined
  /**
   * The medium of stores that name none. `disk` behaves as on a cluster. Default: the medium of `storage`; without `storage`,
   * `memory`.
   */
  readonly defaultStoreMedium?: 'memory' | 'disk' | undefined
  /**
   * The storage of stores on `disk`. Default: memory. A checkpoint is written after each record, so that the storage is always up
   * to date. A later driver with the same application id finds the state in it, and restores only the later records of
   * `changelogs`.
   */
  readonly storage?: StorageFactory | undefined
  /** Decides what happens to a record that cannot be read. Default: `logAndFail`. */
  readonly deserializationHandler?: DeserializationHandler | undefined
  /** Decides what happens to a record whose processing throws. Default: `logAndFail`. */
  readonly processingHandler?: ProcessingHandler | undefined
  /** Runs another processor instead of, or around, each one of the topology (KIP-1112). Default: none. */
  readonly processorWrapper?: ProcessorWrapper | undefined
  /** Whether the processing handler is also asked about errors in global stores (KIP-1270). Default false. */
  readonly processingExceptionHandlerGlobalEnabled?: boolean | undefined
  /** Decides what happens to a record that cannot be written. Default: `retryOrFail`. */
  readonly productionHandler?: ProductionHandler | undefined
  /** The topic of dead letters (KIP-1034). Read it like any output topic. */
  readonly errorsDeadLetterQueueTopicName?: string | undefined
  /** Accepted so that a test can use the application's configuration. It has no effect: the driver commits after each record. */
  readonly processingGuarantee?: 'at_least_once' | 'exactly_once_v2' | undefined
  /**
   * How long a task waits for a partition without records (KIP-695). Default 0. The driver has no lag, so a task waits only if
   * this is greater than 0.
   */
  readonly maxTaskIdleMs?: number | undefined
  /**
   * The first wall-clock time, which only `advanceWallClockTime` moves. Default: the system's time when the driver is created.
   */
  readonly initialWallClockMs?: number | undefined
  /**
   * Whether code may change a key or a value in place that was passed on to it, or that it has passed on. `refused`: it fails
   * (`STREAMS_VALUE_CHANGED`), since other nodes may hold the same object. A fold may change its aggregate either way. Default
   * `refused`.
   */
  readonly changedValues?: 'refused' | 'allowed' | undefined
  /**
   * `off`: all keys and values are decoded, and encoded again, whatever the operators declare. Results are the same.
   *
   * @internal
   */
  readonly declarations?: 'on' | 'off' | undefined
  /** The logger. Default: no messages are logged. */
  readonly logger?: Logger | undefined
  /** Changelog records from which stores are restored at the start, e.g. those of an earlier driver's `produced()`. */
  readonly changelogs?: readonly ProducedRecord[] | undefined
}

/**
 * Runs a topology without a cluster (Java: `TopologyTestDriver`). It is synchronous: when `pipeInput` returns, the record is
 * processed completely, caches are flushed, and records of internal topics are processed as well. Close the driver, or declare it
 * with `using`.
 */
export class TopologyTestDriver implements Disposable {
  readonly #clock: ManualClock
  readonly #metrics = new MemoryMetrics()
  readonly #engine: TestEngine

  constructor(topology: PlannedTopology, config: TopologyTestDriverConfig = {}) {
    checkOptions('TopologyTestDriver', config, driverOptions)
    this.#clock = new ManualClock(config.initialWallClockMs ?? systemClock.now())
    const plan = topology.plan(config.applicationId ?? 'test', { compatibility: config.compatibility })
    const environment = resolveEnvironment(plan, config, this.#clock, this.#metrics)
    const { partitions = 1, changelogs = [], storage } = config
    checkSerdes(plan, environment.serdes)
    this.#engine = new TestEngine({ plan, environment, partitions, changelogs, storage })
  }

  /**
   * Creates an input topic. Its `pipeInput` throws a `TopologyError` (`STREAMS_UNKNOWN_TOPIC`) if the topology does not read that
   * topic.
   */
  createInputTopic<K, V>(topic: Topic<K, V>, options: TestInputTopicOptions = {}): TestInputTopic<K, V> {
    checkOptions('createInputTopic()', options, inputTopicOptions)
    const pipe = (name: string, record: SingleRecord, partition: number | undefined): void =>
      this.#engine.pipe(name, record, partition)
    return new TestInputTopic(topic, pipe, options.startMs ?? this.#clock.now(), options.autoAdvanceMs ?? 0)
  }

  /** Creates an output topic, which reads any topic that the topology writes. Read internal topics with `Serdes.bytes`. */
  createOutputTopic<K, V>(topic: Topic<K, V>): TestOutputTopic<K, V> {
    return new TestOutputTopic(topic, () => this.#engine.output(topic.name))
  }

  /**
   * Advances the wall clock, then runs each wall-clock punctuation that is due. It runs once, also if several intervals have
   * passed.
   */
  advanceWallClockTime(ms: number): void {
    this.#clock.advance(ms)
    this.#engine.punctuateWallClock()
  }

  /** Returns the sorted names of all topics that were written, internal ones included. */
  producedTopicNames(): readonly string[] {
    return this.#engine.producedTopics()
  }

  /** Returns all records written so far, in their order across topics. Output topics that have read them make no difference. */
  produced(): readonly ProducedRecord[] {
    return this.#engine.produced()
  }

  /**
   * Returns a store by its store value or its name. Writes to it go to its changelog, as those of a processor. With several
   * partitions, `partition` chooses the task. Throws a `TopologyError` (`STREAMS_UNKNOWN_STORE`) if there is no such store.
   */
  stateStore<S extends AnyStore>(store: S, partition?: number): StateStoreOf<S>
  stateStore<S>(name: string, partition?: number): S
  stateStore(asked: string | AnyStore, partition = 0): unknown {
    const name = typeof asked === 'string' ? asked : asked.name
    const store = this.#engine.store(name, partition)
    if (store !== undefined) return store
    const message = `The topology has no store ${name} in partition ${partition}. Its stores are: ${this.#engine.storeNames().join(', ') || 'none'}.`
    throw new TopologyError('STREAMS_UNKNOWN_STORE', message, { facts: { store: name } })
  }

  /** Names of all stores, sorted. */
  storeNames(): readonly string[] {
    return this.#engine.storeNames()
  }

  /** All metrics, with Kafka's names and tags. */
  metrics(): readonly Metric[] {
    return this.#metrics.all()
  }

  /** Closes processors and stores. Idempotent. */
  close(): void {
    this.#engine.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

const inputTopicOptions: OptionNames<TestInputTopicOptions> = { startMs: true, autoAdvanceMs: true }

const driverOptions: OptionNames<TopologyTestDriverConfig> = {
  applicationId: true,
  partitions: true,
  compatibility: true,
  emitIntervalMs: true,
  upgradeFrom: true,
  defaultKeySerde: true,
  defaultValueSerde: true,
  defaultTimestampExtractor: true,
  cacheMaxBytes: true,
  defaultStoreMedium: true,
  storage: true,
  deserializationHandler: true,
  processingHandler: true,
  processorWrapper: true,
  processingExceptionHandlerGlobalEnabled: true,
  productionHandler: true,
  errorsDeadLetterQueueTopicName: true,
  processingGuarantee: true,
  maxTaskIdleMs: true,
  initialWallClockMs: true,
  changedValues: true,
  declarations: true,
  logger: true,
  changelogs: true,
}

function resolveEnvironment(
  { applicationId }: TopologyPlan,
  config: TopologyTestDriverConfig,
  clock: ManualClock,
  metrics: MemoryMetrics,
): ThreadEnvironment {
  const defaultKey = config.defaultKeySerde as unknown as Serde<unknown> | undefined
  const defaultValue = config.defaultValueSerde as unknown as Serde<unknown> | undefined
  return {
    applicationId,
    threadId: 'test-driver',
    compatibility: config.compatibility ?? 'safe',
    upgradeFrom: config.upgradeFrom,
    emitIntervalMs: config.emitIntervalMs ?? 0,
    clock,
    metrics,
    logger: config.logger ?? silentLogger,
    serdes: new SerdeResolver({ schemaRegistry: 'local', applicationId, defaultKey, defaultValue }),
    timestampExtractor: config.defaultTimestampExtractor ?? failOnInvalidTimestamp,
    deserializationHandler: config.deserializationHandler ?? logAndFail,
    processingHandler: config.processingHandler ?? logAndFail,
    processorWrapper: config.processorWrapper,
    valueGuard: config.changedValues === 'allowed' ? undefined : new PassedOnValues(),
    declarations: config.declarations,
    productionHandler: config.productionHandler ?? retryOrFail,
    globalProcessingHandler: config.processingExceptionHandlerGlobalEnabled === true ? 'processing' : 'fail',
    deadLetterTopic: config.errorsDeadLetterQueueTopicName,
    cache: new RecordCacheBudget(config.cacheMaxBytes ?? 10 * 1024 * 1024),
    kept: new RecordCacheBudget(10 * 1024 * 1024),
    defaultStoreMedium: config.defaultStoreMedium ?? config.storage?.medium ?? 'memory',
    maxTaskIdleMs: config.maxTaskIdleMs ?? 0,
  }
}
