export type { Serde, SerdeContext, SerdeEnvironment, SchemaRegistry } from './model/serde.ts'
export { topic } from './model/topic.ts'
export type { Topic } from './model/topic.ts'
export { StreamsBuilder } from './dsl/streams-builder.ts'
export { nullable } from './serde/nullable-serde.ts'
export { Serdes } from './serde/serdes.ts'
export { Topology } from './topology/topology.ts'
export type { Admin } from './transport/admin.ts'
export type { Cluster } from './transport/cluster.ts'
export { kafka } from './transport/kafkajs/kafka.ts'
export { partitionForKey } from './transport/partitioner.ts'
export { openAdmin, openConsumer, openProducer } from './transport/topic-clients/open-topic-clients.ts'
export type { TopicConsumer } from './transport/topic-clients/topic-consumer.ts'
export type { TopicProducer } from './transport/topic-clients/topic-producer.ts'
export { noHeaders } from './model/headers.ts'
export type { Header, Headers } from './model/headers.ts'
export { streamRecord } from './model/stream-record.ts'
export type { RecordMetadata, StreamRecord } from './model/stream-record.ts'
export { windowed } from './model/windowed.ts'
export type { Window, Windowed } from './model/windowed.ts'
export type { ValueAndTimestamp } from './model/value-and-timestamp.ts'
export type {
  Processor,
  ProcessorContext,
  ProcessorSupplier,
  PunctuationType,
  Punctuator,
  Cancellable,
} from './processor/processor.ts'
export type { ConsumerRecord, TimestampExtractor } from './processor/timestamp-extractor.ts'
export {
  failOnInvalidTimestamp,
  logAndSkipOnInvalidTimestamp,
  usePartitionTimeOnInvalidTimestamp,
  wallclockTimestamp,
} from './processor/timestamp-extractors.ts'
export { TimeWindows } from './dsl/time-windows.ts'
export { keyValueStore, timestampedKeyValueStore, timestampedWindowStore, windowStore } from './state/stores.ts'
export type { ChangelogOption, StoreSpec } from './state/store-spec.ts'
export type { KeyValue, KeyValueStore, ReadOnlyKeyValueStore, TimestampedKeyValueStore } from './state/key-value-store.ts'
export type { ReadOnlyWindowStore, TimestampedWindowStore, WindowStore } from './state/window-store.ts'
