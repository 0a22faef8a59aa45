import './require-node.ts'

// The entry for implementers of transports: the ports, the record batches, and the connections below the Kafka clients.

// The ports of a cluster.
export type { Cluster, ConnectOptions, TroubleLog } from './transport/cluster.ts'
export type { Admin, NewTopic, OffsetSpec, PartitionMetadata, PartitionOffset, TopicMetadata } from './transport/admin.ts'
export type {
  AbortedTransaction,
  FetchedPartition,
  Fetcher,
  FetchLimits,
  FetchPosition,
  IsolationLevel,
} from './transport/fetcher.ts'
export type {
  Producer,
  ProduceResult,
  ProducerOptions,
  TransactionalProducer,
  TransactionalProducerOptions,
} from './transport/producer.ts'
export type {
  GroupCoordinator,
  GroupIdentity,
  GroupProtocol,
  JoinedMember,
  JoinRequest,
  JoinResponse,
  MemberAssignmentBytes,
  OffsetCommit,
} from './transport/group-coordinator.ts'

// Parts that transports share: the order within a partition, producer ids and sequence numbers, the readable records of a fetch.
export { PartitionOrder } from './transport/partition-order.ts'
export { IdempotentSession, namelessSession } from './transport/producer-session.ts'
export type { IdempotentSessionOptions, ProducerIdentity, ProducerSession } from './transport/producer-session.ts'
export { positionAfter, readableRanges } from './transport/readable-ranges.ts'
export type { ReadableRange } from './transport/readable-ranges.ts'

// Record batches in Kafka's bytes.
export { decodeFetched } from './transport/record-batch/decode-fetched.ts'
export type { DecodedRecords } from './transport/record-batch/decode-fetched.ts'
export { noProducer, RecordBatchBuilder } from './transport/record-batch/record-batch-builder.ts'
export type { Compression, ProduceBatch, ProducerStamp } from './transport/record-batch/produce-batch.ts'
export type { RecordBatch } from './transport/record-batch/record-batch.ts'

// Kafka clients over other connections than Millrace's own.
export { kafkaCluster } from './transport/kafka/kafka-cluster.ts'
export type { KafkaClusterOptions } from './transport/kafka/kafka-cluster.ts'
export { socketConnector } from './transport/kafka/connection/socket/socket-connection.ts'
export { authenticationFailed } from './transport/kafka/connection/connection-errors.ts'
export type {
  Connection,
  ConnectionSettings,
  Connector,
  HostPort,
  OpenConnection,
  RequestFrame,
  VersionRange,
} from './transport/kafka/connection/connection.ts'
export type { SaslOptions, TlsOptions } from './transport/kafka/security-options.ts'
