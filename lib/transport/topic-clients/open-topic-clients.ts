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

export interface OpenProducerOptions extends Partial<ProducerOptions> {
  readonly clientId: string
  readonly schemaRegistry?: SchemaRegistry
}

export interface OpenConsumerOptions<T extends ReadableTopic<unknown, unknown>> {
  readonly clientId: string
  readonly topics: readonly T[]
  /** Members of a group share the partitions. Default: no group, this consumer reads all partitions. */
  readonly groupId?: string
  readonly groupInstanceId?: string
  /** The start in partitions without a committed offset, or whose log no longer has that offset. Default `earliest`. */
  readonly from?: OffsetSpec
  readonly schemaRegistry?: SchemaRegistry
  /** Decides about records that cannot be read. Default: such a record ends the loop with its error. */
  readonly deserializationHandler?: ConsumerDeserializationHandler
  /** Default `read_committed`. */
  readonly isolationLevel?: IsolationLevel
  /** How long a broker may wait for records before it answers, in ms. Default 500. */
  readonly maxWaitMs?: number
  /** A member that the coordinator does not hear of for this long leaves the group. Default 45,000, as Java. */
  readonly sessionTimeoutMs?: number
  /** How long a rebalance waits for members. Default 300,000, as Java's `max.poll.interval.ms`. */
  readonly rebalanceTimeoutMs?: number
  /** Default 3,000 ms, as Java. */
  readonly heartbeatIntervalMs?: number
}

const retryBackoffMs = 100

const producerDefaults: ProducerOptions = {
  acks: 'all',
  idempotence: 'enabled',
  compression: 'none',
  requestTimeoutMs: 30_000,
  deliveryTimeoutMs: 120_000,
}

/** Opens a producer that serializes by the serdes of the topics. Its `close` sends the records that are still gathered. */
export async function openProducer(cluster: Cluster, options: OpenProducerOptions): Promise<TopicProducer> {
  const { clientId, schemaRegistry, ...given } = options
  await using opened = new AsyncDisposableStack()
  const admin = opened.adopt(await cluster.admin({ clientId }), close)
  const producer = opened.adopt(await cluster.producer({ ...producerDefaults, ...given, clientId }), close)
  const { clock, chance } = cluster
  return new TopicProducer({ producer, admin, clock, chance, serdes: { schemaRegistry }, clients: opened.move() })
}

/**
 * Opens a consumer that deserializes by the serdes of the topics. With a `groupId` it shares the partitions with the other
 * members of the group. Without, it reads all partitions, and rejects with `TRANSPORT_UNKNOWN_TOPIC_OR_PARTITION` if a topic does
 * not exist.
 */
export async function openConsumer<T extends ReadableTopic<unknown, unknown>>(
  cluster: Cluster,
  options: OpenConsumerOptions<T>,
): Promise<TopicConsumer<T>> {
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

/** Opens an admin client of the cluster. */
export function openAdmin(cluster: Cluster, options: { readonly clientId: string }): Promise<Admin> {
  return cluster.admin(options)
}

async function openSource<T extends ReadableTopic<unknown, unknown>>(
  cluster: Cluster,
  admin: Admin,
  opened: AsyncDisposableStack,
  options: OpenConsumerOptions<T>,
): Promise<PositionSource> {
  const { clientId, groupId, from = 'earliest', groupInstanceId = null } = options
  const { sessionTimeoutMs = 45_000, rebalanceTimeoutMs = 300_000, heartbeatIntervalMs = 3_000 } = options
  const topics = options.topics.map(({ name }) => name)
  if (groupId === undefined) return AllPartitions.open(admin, topics, from)
  const coordinator = opened.adopt(await cluster.groupCoordinator({ clientId, groupId }), close)
  const times = { sessionTimeoutMs, rebalanceTimeoutMs, heartbeatIntervalMs, retryBackoffMs }
  const member = { coordinator, clock: cluster.clock, groupInstanceId, protocolName: cooperativeSticky, ...times }
  return new GroupPartitions({ admin, groupId, topics, from, member })
}
