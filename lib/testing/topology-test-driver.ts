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
import { RecordCacheBudget } from '../state/layers/record-cache.ts'
import type { AnyStore, StateStoreOf } from '../state/store-value.ts'
import type { StorageFactory } from '../storage/storage.ts'
import type { TopologyPlan } from '../topology/topology-plan.ts'
import type { SingleRecord } from './single-record-batch.ts'
import { TestEngine } from './test-engine.ts'
import { PassedOnValues } from './passed-on-values.ts'
import type { ProducedRecord } from './test-output.ts'
import { TestInputTopic, TestOutputTopic } from './test-topics.ts'
import type { TestInputTopicOptions } from './test-topics.ts'

/** What the driver needs of a `Topology`. */
export interface PlannedTopology {
  /** The topology with an application id. */
  plan(applicationId: string): TopologyPlan
}

/** Options of the test driver; all of them have defaults. */
export interface TopologyTestDriverConfig {
  /** Default `test`. Internal topics are called `<applicationId>-…`. */
  readonly applicationId?: string | undefined
  /**
   * Partitions of every topic that the topology does not size itself. 1: the whole topology is one task, as in Java's driver.
   * More: real tasks, which take turns in order of their ids. Default 1.
   */
  readonly partitions?: number | undefined
  /** `java` behaves as Kafka Streams even where that loses data. Default `safe`. */
  readonly compatibility?: 'safe' | 'java' | undefined
  /** Throttle, by the driver's wall clock, of what is emitted when event time has passed. Default 0: none, as in Java's driver. */
  readonly emitIntervalMs?: number | undefined
  /**
   * The oldest release of Kafka Streams that still reads the topics of this application, during an upgrade (Java: `upgrade.from`). Up to
   * 3.4 a change of a grouped table is written as two records (KIP-904).
   */
  readonly upgradeFrom?: UpgradeFrom | undefined
  /** Serde of keys where nothing else says one. */
  readonly defaultKeySerde?: Serde<never> | undefined
  /** Serde of values where nothing else says one. */
  readonly defaultValueSerde?: Serde<never> | undefined
  /** Extractor of sources that have none. Default: `failOnInvalidTimestamp`. */
  readonly defaultTimestampExtractor?: TimestampExtractor | undefined
  /** Budget of record caches in bytes (Java: `statestore.cache.max.bytes`). Caches are flushed after each record. Default 10 MiB. */
  readonly cacheMaxBytes?: number | undefined
  /** Where stores live that do not say. `disk` behaves as on a cluster. Default: as `storage` is, `memory` without one. */
  readonly defaultStoreMedium?: 'memory' | 'disk' | undefined
  /**
   * Where stores on `disk` are, instead of in memory: a checkpoint is written after each record, so that storage holds what stores hold.
   * A later driver with the same application id finds it there, and restores only what `changelogs` has beyond it.
   */
  readonly storage?: StorageFactory | undefined
  /** Decides what happens to a record that cannot be read. Default: `logAndFail`. */
  readonly deserializationHandler?: DeserializationHandler | undefined
  /** Decides what happens to a record whose processing throws. Default: `logAndFail`. */
  readonly processingHandler?: ProcessingHandler | undefined
  /** Runs another processor instead of, or around, each one of the topology (KIP-1112). Default: none. */
  readonly processorWrapper?: ProcessorWrapper | undefined
  /** KIP-1270. Default false. */
  readonly processingExceptionHandlerGlobalEnabled?: boolean | undefined
  /** Decides what happens to a record that cannot be written. Default: `retryOrFail`. */
  readonly productionHandler?: ProductionHandler | undefined
  /** KIP-1034. Dead letters are outputs like others. */
  readonly errorsDeadLetterQueueTopicName?: string | undefined
  /** Without effect on what a topology does: the driver commits after each record either way. Default `at_least_once`. */
  readonly processingGuarantee?: 'at_least_once' | 'exactly_once_v2' | undefined
  /** KIP-695. In the driver all that is not there is known not to be there. Default 0. */
  readonly maxTaskIdleMs?: number | undefined
  /** Default: the machine's time when the driver is made; it moves by `advanceWallClockTime` only. */
  readonly initialWallClockMs?: number | undefined
  /**
   * Whether code may change a key or a value in place that was passed on to it, or that it has passed on. `refused`: it fails
   * (`STREAMS_VALUE_CHANGED`), since other nodes may hold the same object. A fold may change its aggregate either way. Default `refused`.
   */
  readonly changedValues?: 'refused' | 'allowed' | undefined
  /** Where messages go. Default: nowhere. */
  readonly logger?: Logger | undefined
  /** Records of changelogs from which stores are restored before the first record (an earlier driver's `produced`). */
  readonly changelogs?: readonly ProducedRecord[] | undefined
}

/**
 * Runs a topology without a cluster, synchronously: a piped record has had all its effects when `pipeInput` returns, caches and
 * internal topics included (Java: `TopologyTestDriver`). Close it, or declare it with `using`.
 */
export class TopologyTestDriver implements Disposable {
  readonly #clock: ManualClock
  readonly #metrics = new MemoryMetrics()
  readonly #engine: TestEngine

  constructor(topology: PlannedTopology, config: TopologyTestDriverConfig = {}) {
    this.#clock = new ManualClock(config.initialWallClockMs ?? systemClock.now())
    const plan = topology.plan(config.applicationId ?? 'test')
    const environment = resolveEnvironment(plan, config, this.#clock, this.#metrics)
    const { partitions = 1, changelogs = [], storage } = config
    checkSerdes(plan, environment.serdes)
    this.#engine = new TestEngine({ plan, environment, partitions, changelogs, storage })
  }

  /** Throws a `TopologyError` (`STREAMS_UNKNOWN_TOPIC`) when a record is piped to a topic that the topology does not read. */
  createInputTopic<K, V>(topic: Topic<K, V>, options: TestInputTopicOptions = {}): TestInputTopic<K, V> {
    const pipe = (name: string, record: SingleRecord, partition: number | undefined): void =>
      this.#engine.pipe(name, record, partition)
    return new TestInputTopic(topic, pipe, options.startMs ?? this.#clock.now(), options.autoAdvanceMs ?? 0)
  }

  /** Any topic that is written to: sinks, and with `Serdes.bytes` repartition topics and changelogs. */
  createOutputTopic<K, V>(topic: Topic<K, V>): TestOutputTopic<K, V> {
    return new TestOutputTopic(topic, () => this.#engine.output(topic.name))
  }

  /** Moves the wall clock, and runs what is due once: wall-clock punctuations do not catch up. */
  advanceWallClockTime(ms: number): void {
    this.#clock.advance(ms)
    this.#engine.punctuateWallClock()
  }

  /** Names of the topics that were written to, internal ones included, sorted. */
  producedTopicNames(): readonly string[] {
    return this.#engine.producedTopics()
  }

  /** All records written so far, in order across topics, whether or not they were read. */
  produced(): readonly ProducedRecord[] {
    return this.#engine.produced()
  }

  /**
   * A store by its store value or its name, in its full type: what is written by it is logged as the task would. With several
   * partitions say which. Throws a `TopologyError` (`STREAMS_UNKNOWN_STORE`).
   */
  stateStore<S extends AnyStore>(store: S, partition?: number): StateStoreOf<S>
  stateStore<S>(name: string, partition?: number): S
  stateStore(asked: string | AnyStore, partition = 0): unknown {
    const name = typeof asked === 'string' ? asked : asked.name
    const store = this.#engine.store(name, partition)
    if (store !== undefined) return store
    const message = `The topology has no store ${name}; it has ${this.#engine.storeNames().join(', ') || 'none'}.`
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
    productionHandler: config.productionHandler ?? retryOrFail,
    globalProcessingHandler: config.processingExceptionHandlerGlobalEnabled === true ? 'processing' : 'fail',
    deadLetterTopic: config.errorsDeadLetterQueueTopicName,
    cache: new RecordCacheBudget(config.cacheMaxBytes ?? 10 * 1024 * 1024),
    defaultStoreMedium: config.defaultStoreMedium ?? config.storage?.medium ?? 'memory',
    maxTaskIdleMs: config.maxTaskIdleMs ?? 0,
  }
}
