/// <reference lib="esnext.disposable" preserve="true" />
import './require-node.ts'

// Records, topics, serdes and errors.
export { streamRecord } from './model/stream-record.ts'
export type { RecordMetadata, StreamRecord } from './model/stream-record.ts'
export type { RecordContext } from './model/record-context.ts'
export { noHeaders } from './model/headers.ts'
export type { Header, Headers } from './model/headers.ts'
export type { RawRecord } from './model/raw-record.ts'
export { topic } from './model/topic.ts'
export type { Topic } from './model/topic.ts'
export type { NotPromise } from './model/promise-like.ts'
export type { KeyValue } from './model/key-value.ts'
export type { TopicPartition } from './model/topic-partition.ts'
export type { TaskId } from './model/task-id.ts'
export { windowed } from './model/windowed.ts'
export type { Window, Windowed } from './model/windowed.ts'
export type { ValueAndTimestamp } from './model/value-and-timestamp.ts'
export { valueAndTimestamp } from './model/value-and-timestamp.ts'
export { bindSerde } from './model/serde.ts'
export type { Serde, SerdeContext, SerdeEnvironment, SchemaRegistry } from './model/serde.ts'
export { Serdes } from './serde/serdes.ts'
export { nullable } from './serde/nullable-serde.ts'
export {
  ConfigError,
  InvalidStateStoreError,
  LockError,
  ProcessorStateError,
  SerializationError,
  StreamsError,
  TaskCorruptedError,
  TaskMigratedError,
  TopologyError,
  TransportError,
} from './model/errors.ts'
export type { KnownErrorCode, StreamsErrorCode } from './model/streams-error-code.ts'
export type { ErrorFacts, StreamsErrorOptions, TransportErrorKind } from './model/errors.ts'

// The DSL.
export type { BuildOptions, Optimization } from './dsl/graph/optimization.ts'
export { StreamsBuilder } from './dsl/streams-builder.ts'
export type { KStream, Present } from './dsl/kstream.ts'
export type { FinalKTable, KTable } from './dsl/ktable.ts'
export type { GlobalKTable } from './dsl/global-ktable.ts'
export type { KGroupedStream } from './dsl/kgrouped-stream.ts'
export type { KGroupedTable } from './dsl/kgrouped-table.ts'
export type { Coaggregator, CogroupedKStream } from './dsl/cogrouped-kstream.ts'
export type { SessionWindowedCogroupedKStream } from './dsl/session-windowed-cogrouped-kstream.ts'
export type { TimeWindowedCogroupedKStream } from './dsl/time-windowed-cogrouped-kstream.ts'
export type { TimeWindowedKStream, UnlimitedWindowedKStream } from './dsl/time-windowed-kstream.ts'
export type { EmitStrategy } from './model/emit-strategy.ts'
export { TimeWindows } from './dsl/windows/time-windows.ts'
export type { TimeWindowsOptions } from './dsl/windows/time-windows.ts'
export { SlidingWindows } from './dsl/windows/sliding-windows.ts'
export type { SlidingWindowsOptions } from './dsl/windows/sliding-windows.ts'
export { JoinWindows } from './dsl/windows/join-windows.ts'
export type { JoinWindowsOptions } from './dsl/windows/join-windows.ts'
export type { SessionWindowedKStream } from './dsl/session-windowed-kstream.ts'
export { SessionWindows } from './dsl/windows/session-windows.ts'
export type { SessionWindowsOptions } from './dsl/windows/session-windows.ts'
export { UnlimitedWindows } from './dsl/windows/unlimited-windows.ts'
export type { UnlimitedWindowsOptions } from './dsl/windows/unlimited-windows.ts'
export { Suppressed } from './dsl/windows/suppressed.ts'
export type {
  BufferConfig,
  EagerBufferConfig,
  StrictBufferConfig,
  UntilTimeLimit,
  UntilWindowCloses,
} from './dsl/windows/suppressed.ts'
export type { Branched, BranchedKStream } from './dsl/branched-kstream.ts'
export type {
  Consumed,
  ConsumedTable,
  Grouped,
  GroupedAnew,
  Joined,
  AggregatedSlices,
  CountedSlices,
  Materialized,
  ReducedSlices,
  SlicedStore,
  Named,
  Printed,
  Processed,
  Produced,
  Repartitioned,
  StoreValue,
  StreamJoined,
  StreamJoinStores,
  TableJoined,
  TableStore,
  Transformed,
  WindowedStore,
} from './dsl/options.ts'

// The Processor API, and topologies.
export type { AnyStore, AnyWindowStore, StateStoreOf } from './state/store-value.ts'
export { Topology } from './topology/topology.ts'
export type { FilledStore, ProcessorOptions, SinkOptions, SourceOptions } from './topology/topology.ts'
export type { PlanOptions } from './topology/plan-topology.ts'
export type { DynamicTopic, SinkTopic, SourceTopic, SourceTopics, TopicPattern, WriteSerde } from './topology/topic-ref.ts'
export type {
  OffsetReset,
  PartitionerContext,
  StreamPartitioner,
  TopicNameExtractor,
  TopologyPlan,
} from './topology/topology-plan.ts'
export type { ProcessorWrapper } from './processor/processor-wrapper.ts'
export type { ValueTransformer } from './processor/table/ktable-transform-values.ts'
export type {
  Cancellable,
  Processor,
  ProcessorContext,
  ProcessorSupplier,
  PunctuationOptions,
  PunctuationType,
  Punctuator,
} from './processor/processor.ts'
export type { ConsumerRecord, TimestampExtractor } from './processor/timestamp-extractor.ts'
export {
  failOnInvalidTimestamp,
  logAndSkipOnInvalidTimestamp,
  usePartitionTimeOnInvalidTimestamp,
  wallclockTimestamp,
} from './processor/timestamp-extractors.ts'

// State stores.
export {
  keyValueStore,
  sessionStore,
  timestampedKeyValueStore,
  timestampedWindowStore,
  versionedKeyValueStore,
  windowStore,
} from './state/stores.ts'
export type { StoreOptions } from './state/store-options.ts'
export type {
  KeyValueStoreOptions,
  SessionStoreOptions,
  TimestampedKeyValueStoreOptions,
  TimestampedWindowStoreOptions,
  VersionedKeyValueStoreOptions,
  WindowStoreOptions,
} from './state/stores.ts'
export type {
  ChangelogOption,
  KeyValueStoreSpec,
  SessionStoreSpec,
  StoredValues,
  StoreMedium,
  StoreSupplier,
  StoreSpec,
  VersionedKeyValueStoreSpec,
  WindowLayout,
  WindowExpiry,
  WindowStoreSpec,
} from './state/store-spec.ts'
export type {
  KeyValueIterator,
  KeyValueStore,
  ReadOnlyKeyValueStore,
  TimestampedKeyValueStore,
} from './state/key-value/key-value-store.ts'
export type { ReadOnlySessionStore, SessionStore } from './state/session/session-store.ts'
export type {
  HistoryOptions,
  ReadOnlyVersionedKeyValueStore,
  ValidTo,
  VersionedKeyValueStore,
  VersionedRecord,
} from './state/versioned/versioned-key-value-store.ts'
export type {
  ReadOnlyWindowStore,
  TimestampedWindowStore,
  WindowedEntry,
  WindowEntry,
  WindowStore,
} from './state/window/window-store.ts'

// The storage of stores on disk.
export { openLmdbStorage } from './storage/lmdb/open-lmdb-storage.ts'
export type { LmdbStorageOptions } from './storage/lmdb/open-lmdb-storage.ts'
export type {
  StorageEntry,
  StorageEnvironment,
  StorageFactory,
  StorageRange,
  StorageTable,
  StorageWrite,
} from './storage/storage.ts'

// Clusters, and typed clients without a topology.
export { kafka } from './transport/kafka/kafka.ts'
export type { KafkaOptions } from './transport/kafka/kafka.ts'
export type { SaslOptions, TlsOptions } from './transport/kafka/security-options.ts'
export type { Cluster } from './transport/cluster.ts'
export { openAdmin, openConsumer, openProducer } from './transport/topic-clients/open-topic-clients.ts'
export type {
  OpenConsumerOptions,
  OpenProducerOptions,
  OpenTransactionalProducerOptions,
} from './transport/topic-clients/open-topic-clients.ts'
export type {
  ConsumedRecord,
  ConsumerDeserializationHandler,
  ReadableTopic,
  RecordOf,
} from './transport/topic-clients/consumed-topic.ts'
export type { ConsumedBatch, TopicConsumer } from './transport/topic-clients/topic-consumer.ts'
export type { ProducerRecord, TopicProducer } from './transport/topic-clients/topic-producer.ts'
export type { TopicTransaction, TransactionalTopicProducer } from './transport/topic-clients/transactional-topic-producer.ts'
export type { Admin, NewTopic, OffsetSpec, PartitionMetadata, PartitionOffset, TopicMetadata } from './transport/admin.ts'
export type { IsolationLevel } from './transport/fetcher.ts'
export type { ProducerOptions } from './transport/producer.ts'
export type { Compression } from './transport/record-batch/produce-batch.ts'
export type { OffsetCommit } from './transport/group-coordinator.ts'
export { partitionForKey } from './transport/partitioner.ts'

// Ports that an application may implement itself.
export type { Clock, Timer } from './clock/clock.ts'
export type { Chance } from './clock/chance.ts'
export type {
  Counter,
  CounterMetric,
  Distribution,
  GaugeMetric,
  Histogram,
  HistogramMetric,
  Metric,
  MetricName,
  Metrics,
  MetricTags,
  RecordingLevel,
} from './metrics/metrics.ts'

// The application.
export type {
  QueryableKeyValueStore,
  QueryableSessionStore,
  QueryableStores,
  StoreQueryOptions,
  QueryableVersionedStore,
  QueryableWindowStore,
  StoreRows,
} from './query/queryable-stores.ts'
export { KafkaStreams } from './kafka-streams.ts'
export type { CloseOptions, LocalTask } from './kafka-streams.ts'
export type { HealthOptions, StreamsHealth } from './runtime/application/streams-health.ts'
export type { Standstill } from './runtime/loop/standstill.ts'
export type { HeldUpPartition } from './runtime/loop/held-up-partitions.ts'
export type {
  ClusterOption,
  StreamsConfig,
  StreamsOptions,
  StreamsState,
  UncaughtExceptionAnswer,
  UncaughtExceptionHandler,
} from './runtime/streams-config.ts'
export { deadLetter } from './runtime/errors/dead-letters.ts'
export { logAndContinue, logAndFail, retryOrFail } from './runtime/errors/error-handlers.ts'
export type {
  DeadLetter,
  DeserializationHandler,
  ErrorHandlerContext,
  HandlerAnswer,
  HandlerResponse,
  ProcessingHandler,
  ProductionAnswer,
  ProductionHandler,
  UnsentRecord,
} from './runtime/errors/error-handlers.ts'
export type { StateRestoreListener } from './runtime/restore/changelog.ts'
export { consoleLogger, silentLogger } from './runtime/logger.ts'
export type { Logger } from './runtime/logger.ts'
