import { ConfigError } from '../../model/errors.ts'
import type { Cluster, ConnectOptions } from '../cluster.ts'
import type { ProducerOptions } from '../producer.ts'
import { requireCodec } from '../record-batch/compression.ts'
import { BrokerConnection, addressOf } from './client/broker-connection.ts'
import { ClusterClient } from './client/cluster-client.ts'
import { KafkaAdmin } from './client/kafka-admin.ts'
import { KafkaFetcher } from './client/kafka-fetcher.ts'
import { KafkaGroupCoordinator } from './client/kafka-group-coordinator.ts'
import { KafkaProducer } from './client/kafka-producer.ts'
import { KafkaTransactionLink } from './client/kafka-transaction-link.ts'
import { SessionProducer } from '../session-producer.ts'
import { TransactionSession } from '../transaction-session.ts'
import type { ConnectionSettings, Connector, HostPort } from './connection/connection.ts'

/** Options of {@link kafkaCluster}: those of {@link kafka} with all defaults filled in, and a connector. */
export interface KafkaClusterOptions extends Omit<ConnectionSettings, 'clientId'> {
  /** The brokers to connect to first. Any of them knows all others. */
  readonly bootstrap: readonly HostPort[]
  /** The rack of the clients, from whose brokers they read if they can (Kafka: `client.rack`, KIP-392). Empty: in no rack. */
  readonly clientRack: string
  /** Makes the connections to brokers. */
  readonly connector: Connector
  /** The time limit in ms for connecting to one broker. */
  readonly connectionTimeoutMs: number
  /** The time limit in ms for finding a broker that answers, when a client is opened. */
  readonly bootstrapTimeoutMs: number
  /** The time limit in ms for the answer to a request, in addition to the wait that the request itself allows. */
  readonly requestTimeoutMs: number
  /** The time limit in ms of a call with its retries (Kafka: `default.api.timeout.ms`). */
  readonly apiTimeoutMs: number
}

/**
 * Returns a Kafka cluster over any kind of connection. `kafka(…)` calls it with all defaults filled in.
 */
export function kafkaCluster(options: KafkaClusterOptions): Cluster {
  const { bootstrap, clock, chance, requestTimeoutMs } = options
  const open = (what: string, connect: ConnectOptions, timeoutMs = requestTimeoutMs): Promise<ClusterClient> =>
    openClient(options, what, connect, timeoutMs)
  return Object.freeze<Cluster>({
    description: `kafka ${bootstrap.map(addressOf).join(',')}`,
    clock,
    chance,
    admin: async (connect) => new KafkaAdmin(await open('admin client', connect), requestTimeoutMs),
    fetcher: async (connect) => new KafkaFetcher(await open('fetcher', connect), options.clientRack),
    groupCoordinator: async (connect) => new KafkaGroupCoordinator(await open('group coordinator', connect)),
    producer: async ({ clientId, log, metrics, ...producer }) => {
      checkProducer(producer)
      requireCodec(producer.compression)
      const client = await open('producer', { clientId, log, metrics }, producer.requestTimeoutMs)
      return new KafkaProducer(client, producer)
    },
    transactionalProducer: async ({ clientId, log, metrics, ...producer }) => {
      requireCodec(producer.compression)
      const client = await open('producer', { clientId, log, metrics }, producer.requestTimeoutMs)
      const session = new TransactionSession(new KafkaTransactionLink(client, producer))
      const idempotent = { ...producer, acks: 'all', idempotence: 'enabled' } as const
      return new SessionProducer(new KafkaProducer(client, idempotent, session), session)
    },
  })
}

/** Opens a client with its own connections, so that a long poll of one client does not delay another. */
async function openClient(
  options: KafkaClusterOptions,
  what: string,
  { clientId, log, metrics }: ConnectOptions,
  requestTimeoutMs: number,
): Promise<ClusterClient> {
  const { connector, ssl, sasl, idleTimeoutMs, bootstrap, connectionTimeoutMs, apiTimeoutMs, clock, chance } = options
  const settings = { clientId, ssl, sasl, idleTimeoutMs, clock, chance }
  const connection = { open: await connector(settings), clock, connectionTimeoutMs, requestTimeoutMs }
  const open = (broker: HostPort, signal: AbortSignal): Promise<BrokerConnection> =>
    BrokerConnection.open(broker, connection, signal)
  const throttled = metrics?.counter('throttle-time', 'client-metrics', { 'client-id': clientId })
  const onThrottle = (throttleTimeMs: number): void => throttled?.add(throttleTimeMs)
  const client = new ClusterClient({ what, bootstrap, open, clock, chance, apiTimeoutMs, log, onThrottle })
  await client.connect(options.bootstrapTimeoutMs).catch((error: unknown) => {
    client.close()
    throw error
  })
  return client
}

function checkProducer({ acks, idempotence }: ProducerOptions): void {
  if (idempotence === 'disabled' || acks === 'all') return
  const message = "An idempotent producer needs acks 'all': set it, or idempotence 'disabled'."
  throw new ConfigError('TRANSPORT_INVALID_ACKS', message, { facts: { acks, idempotence } })
}
