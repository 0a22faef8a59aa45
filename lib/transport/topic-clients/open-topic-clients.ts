import { checkOptions, type OptionNames } from '../../model/check-options.ts'
import type { SchemaRegistry } from '../../model/serde.ts'
import type { Admin, OffsetSpec } from '../admin.ts'
import type { Cluster } from '../cluster.ts'
import { cooperativeSticky } from '../group/cooperative-sticky-assignor.ts'
import type { IsolationLevel } from '../fetcher.ts'
import type { ProducerOptions } from '../producer.ts'
import { AllPartitions } from './all-partitions.ts'
import type { ConsumerDeserializationHandler, ReadableTopic } from './consumed-topic.ts'
import { recordDecoders } from './consumed-topic.ts'
import { GroupPartitions } from './group-partitions.ts'
import type { PositionSource } from './position-source.ts'
import { TopicConsumer } from './topic-consumer.ts'
import { TopicProducer } from './topic-producer.ts'
import { TransactionalTopicProducer } from './transactional-topic-producer.ts'

/**
 * Options of {@link openProducer}. Defaults: `acks` all, `idempotence` enabled, `compression` none, `requestTimeoutMs` 30,000,
 * `deliveryTimeoutMs` 120,000.
 */
export interface OpenProducerOptions extends MaybeUndefined<ProducerOptions> {
  /** With one, the producer writes in transactions: see {@link OpenTransactionalProducerOptions}. */
  readonly transactionalId?: undefined
  /** The client's name in the logs, metrics and quotas of brokers (Kafka: `client.id`). */
  readonly clientId: string
  /** The registry of Avro schemas. Without it Avro serdes throw. */
  readonly schemaRegistry?: SchemaRegistry | undefined
}

/**
 * Options of {@link openProducer} for transactions. Such a producer is idempotent, and all in-sync replicas acknowledge what it writes.
 * Defaults: `compression` none, `requestTimeoutMs` 30,000, `deliveryTimeoutMs` 120,000.
 */
export interface OpenTransactionalProducerOptions extends MaybeUndefined<Omit<ProducerOptions, 'acks' | 'idempotence'>> {
  /** The client's name in the logs, metrics and quotas of brokers (Kafka: `client.id`). */
  readonly clientId: string
  /** The name by which brokers know the producer over restarts (Kafka: `transactional.id`). Each producer that runs has its own. */
  readonly transactionalId: string
  /** The coordinator aborts a transaction that takes longer, in ms (Kafka: `transaction.timeout.ms`). At most 900,000. Default 60,000. */
  readonly transactionTimeoutMs?: number | undefined
  /** The registry of Avro schemas. Without it Avro serdes throw. */
  readonly schemaRegistry?: SchemaRegistry | undefined
}

/** Options of {@link openConsumer}. */
export interface OpenConsumerOptions<T extends ReadableTopic<unknown, unknown>> {
  /** The client's name in the logs, metrics and quotas of brokers (Kafka: `client.id`). */
  readonly clientId: string
  /** The topics to read, with the serdes of their keys and values. */
  readonly topics: readonly T[]
  /** The group of the consumer, whose members share the partitions. Default: none; the consumer reads all partitions. */
  readonly groupId?: string | undefined
  /**
   * Makes the consumer a static member: a restart under the same id keeps its partitions (KIP-345). Default: a dynamic member.
   */
  readonly groupInstanceId?: string | undefined
  /** The start in partitions without a committed offset, or whose log no longer has that offset. Default `earliest`. */
  readonly from?: OffsetSpec | undefined
  /** The registry of Avro schemas. Without it Avro serdes throw. */
  readonly schemaRegistry?: SchemaRegistry | undefined
  /** Decides about records that cannot be read. Default: such a record ends the loop with its error. */
  readonly deserializationHandler?: ConsumerDeserializationHandler | undefined
  /** Whether records of open and aborted transactions are left out. Default `read_committed`: they are. */
  readonly isolationLevel?: IsolationLevel | undefined
  /** The longest time in ms that a broker waits for records before it answers. Default 500. */
  readonly maxWaitMs?: number | undefined
  /** The coordinator removes the member if no heartbeat comes for this long, in ms. Default 45,000, as in Java. */
  readonly sessionTimeoutMs?: number | undefined
  /** The longest time in ms that a rebalance waits for the member. Default 300,000, as Java's `max.poll.interval.ms`. */
  readonly rebalanceTimeoutMs?: number | undefined
  /** The time between heartbeats in ms. Default 3,000, as in Java. */
  readonly heartbeatIntervalMs?: number | undefined
  /**
   * The time in ms after which the topics are looked up again, so that new partitions are read. Default 10,000; Java's
   * `metadata.max.age.ms` is 300,000.
   */
  readonly metadataMaxAgeMs?: number | undefined
}

type MaybeUndefined<T> = { readonly [K in keyof T]?: T[K] | undefined }

const retryBackoffMs = 100

const transactionalOptionNames: OptionNames<OpenTransactionalProducerOptions> = {
  clientId: true,
  transactionalId: true,
  transactionTimeoutMs: true,
  schemaRegistry: true,
  compression: true,
  requestTimeoutMs: true,
  deliveryTimeoutMs: true,
}

const producerOptionNames: OptionNames<OpenProducerOptions> = {
  clientId: true,
  transactionalId: true,
  schemaRegistry: true,
  acks: true,
  idempotence: true,
  compression: true,
  requestTimeoutMs: true,
  deliveryTimeoutMs: true,
}

const consumerOptionNames: OptionNames<OpenConsumerOptions<never>> = {
  clientId: true,
  topics: true,
  groupId: true,
  groupInstanceId: true,
  from: true,
  schemaRegistry: true,
  deserializationHandler: true,
  isolationLevel: true,
  maxWaitMs: true,
  sessionTimeoutMs: true,
  rebalanceTimeoutMs: true,
  heartbeatIntervalMs: true,
  metadataMaxAgeMs: true,
}

function producerOptions(options: MaybeUndefined<ProducerOptions>): ProducerOptions {
  const { acks = 'all', idempotence = 'enabled', compression = 'none' } = options
  const { requestTimeoutMs = 30_000, deliveryTimeoutMs = 120_000 } = options
  return { acks, idempotence, compression, requestTimeoutMs, deliveryTimeoutMs }
}

/**
 * Opens a producer that serializes by the serdes of the topics. Its `close` sends the records that are still gathered.
 *
 * With a `transactionalId` it writes in transactions. Older producers of the same id are fenced when it is opened.
 */
export function openProducer(cluster: Cluster, options: OpenTransactionalProducerOptions): Promise<TransactionalTopicProducer>
export function openProducer(cluster: Cluster, options: OpenProducerOptions): Promise<TopicProducer>
export function openProducer(
  cluster: Cluster,
  options: OpenProducerOptions | OpenTransactionalProducerOptions,
): Promise<TopicProducer | TransactionalTopicProducer> {
  return isTransactional(options) ? openTransactional(cluster, options) : openPlain(cluster, options)
}

function isTransactional(
  options: OpenProducerOptions | OpenTransactionalProducerOptions,
): options is OpenTransactionalProducerOptions {
  return options.transactionalId !== undefined
}

async function openTransactional(
  cluster: Cluster,
  options: OpenTransactionalProducerOptions,
): Promise<TransactionalTopicProducer> {
  checkOptions('openProducer() with a transactionalId', options, transactionalOptionNames)
  const { clientId, schemaRegistry, transactionalId, transactionTimeoutMs = 60_000 } = options
  const { compression, requestTimeoutMs, deliveryTimeoutMs } = producerOptions(options)
  await using opened = new AsyncDisposableStack()
  const admin = opened.adopt(await cluster.admin({ clientId }), close)
  const times = { requestTimeoutMs, deliveryTimeoutMs, transactionTimeoutMs }
  const named = { clientId, transactionalId, compression, ...times }
  const producer = opened.adopt(await cluster.transactionalProducer(named), close)
  await producer.init()
  const { clock, chance } = cluster
  const clients = opened.move()
  return new TransactionalTopicProducer(
    producer,
    new TopicProducer({ producer, admin, clock, chance, serdes: { schemaRegistry }, clients }),
  )
}

async function openPlain(cluster: Cluster, options: OpenProducerOptions): Promise<TopicProducer> {
  checkOptions('openProducer()', options, producerOptionNames)
  const { clientId, schemaRegistry } = options
  await using opened = new AsyncDisposableStack()
  const admin = opened.adopt(await cluster.admin({ clientId }), close)
  const producer = opened.adopt(await cluster.producer({ ...producerOptions(options), clientId }), close)
  const { clock, chance } = cluster
  return new TopicProducer({ producer, admin, clock, chance, serdes: { schemaRegistry }, clients: opened.move() })
}

/**
 * Opens a consumer that deserializes by the serdes of the topics. With a `groupId` it shares the partitions with the other
 * members of the group. Without, it reads all partitions, and rejects with `TRANSPORT_UNKNOWN_TOPIC_OR_PARTITION` if a topic does
 * not exist.
 *
 * Partitions that come are read within `metadataMaxAgeMs`. While a topic is deleted the consumer waits; when it has been created again,
 * its reading begins anew, whatever was committed of the former topic.
 */
export async function openConsumer<T extends ReadableTopic<unknown, unknown>>(
  cluster: Cluster,
  options: OpenConsumerOptions<T>,
): Promise<TopicConsumer<T>> {
  checkOptions('openConsumer()', options, consumerOptionNames)
  if (options.topics.length === 0) throw new TypeError('openConsumer() reads at least one topic.')
  const { clientId, topics, schemaRegistry, isolationLevel = 'read_committed', maxWaitMs = 500 } = options
  const decoders = recordDecoders(topics, { schemaRegistry }, options.deserializationHandler ?? (() => 'fail'))
  // If one client fails to open, the stack closes those that are open.
  await using opened = new AsyncDisposableStack()
  const admin = opened.adopt(await cluster.admin({ clientId }), close)
  const fetcher = opened.adopt(await cluster.fetcher({ clientId }), close)
  const source = opened.adopt(await openSource(cluster, admin, opened, options), close)
  return new TopicConsumer({
    decoders,
    fetcher,
    source,
    clock: cluster.clock,
    limits: { maxWaitMs, minBytes: 1, maxBytes: 50 << 20, maxBytesPerPartition: 1 << 20, isolationLevel },
    retryBackoffMs,
    clients: opened.move(),
  })
}

function close(client: { close(): Promise<void> }): Promise<void> {
  return client.close()
}

/**
 * Opens a client for topics, offsets and groups. The caller closes it. Rejects with a `TransportError` if no broker answers.
 *
 * @example
 * const admin = await openAdmin(cluster, { clientId: 'setup' })
 * await admin.createTopics([{ name: 'words', partitions: 3 }])
 * await admin.close()
 */
export async function openAdmin(cluster: Cluster, options: { readonly clientId: string }): Promise<Admin> {
  checkOptions('openAdmin()', options, { clientId: true })
  return cluster.admin(options)
}

async function openSource<T extends ReadableTopic<unknown, unknown>>(
  cluster: Cluster,
  admin: Admin,
  opened: AsyncDisposableStack,
  options: OpenConsumerOptions<T>,
): Promise<PositionSource> {
  const { clientId, groupId, from = 'earliest', groupInstanceId = null } = options
  const {
    sessionTimeoutMs = 45_000,
    rebalanceTimeoutMs = 300_000,
    heartbeatIntervalMs = 3_000,
    metadataMaxAgeMs = 10_000,
  } = options
  const topics = options.topics.map(({ name }) => name)
  const { clock } = cluster
  const all = { admin, clock, topics, from, metadataMaxAgeMs, retryBackoffMs }
  if (groupId === undefined) return AllPartitions.open(all)
  const coordinator = opened.adopt(await cluster.groupCoordinator({ clientId, groupId }), close)
  const times = { sessionTimeoutMs, rebalanceTimeoutMs, heartbeatIntervalMs, retryBackoffMs }
  const member = { coordinator, clock, groupInstanceId, protocolName: cooperativeSticky, ...times }
  return new GroupPartitions({ admin, groupId, topics, from, metadataMaxAgeMs, member })
}
