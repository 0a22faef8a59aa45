import type { ConnectionOptions } from 'node:tls'
import type { Chance } from '../../clock/chance.ts'
import { systemChance } from '../../clock/chance.ts'
import type { Clock } from '../../clock/clock.ts'
import { systemClock } from '../../clock/system-clock.ts'
import { ConfigError } from '../../model/errors.ts'
import type { Cluster } from '../cluster.ts'
import type { ProducerOptions } from '../producer.ts'
import { connector } from './connection/kafkajs/broker-connection.ts'
import { ClusterClient } from './client/cluster-client.ts'
import type { HostPort } from './client/cluster-client.ts'
import { KafkaAdmin } from './client/kafka-admin.ts'
import { KafkaFetcher } from './client/kafka-fetcher.ts'
import { KafkaGroupCoordinator } from './client/kafka-group-coordinator.ts'
import { KafkaProducer } from './client/kafka-producer.ts'

/** How a client says who it is: a mechanism with its credentials. */
export type SaslOptions =
  | {
      readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'
      readonly username: string
      readonly password: string
    }
  | {
      readonly mechanism: 'oauthbearer'
      /** Asked for a token whenever a connection opens. */
      readonly oauthBearerProvider: () => Promise<{ readonly value: string }>
    }

export interface KafkaOptions {
  /** `host:port`, separated by commas, or a list of them. */
  readonly bootstrapServers: string | readonly string[]
  /** `true`, or TLS options of Node. Default false. */
  readonly ssl?: boolean | ConnectionOptions
  /** Default none. */
  readonly sasl?: SaslOptions
  /** How long connecting to one broker may take. Default 10,000. */
  readonly connectionTimeoutMs?: number
  /** How long opening a client looks for a broker that answers. Default 10,000. */
  readonly bootstrapTimeoutMs?: number
  /** How long a broker may take to answer a request, beyond the wait the request allows it. Default 30,000. */
  readonly requestTimeoutMs?: number
  /** How long a call is retried (Kafka: `default.api.timeout.ms`). Default 60,000. */
  readonly apiTimeoutMs?: number
  /** Default: the machine's. */
  readonly clock?: Clock
  readonly chance?: Chance
}

type Config = Required<Omit<KafkaOptions, 'sasl' | 'bootstrapServers'>> & {
  readonly sasl: SaslOptions | null
  readonly bootstrap: readonly HostPort[]
}

/**
 * A Kafka cluster (Kafka 2.5 or newer) by its addresses. Nothing is connected until a client is opened; opening one rejects with
 * `TRANSPORT_BROKER_UNREACHABLE` when none of the addresses answers in time. Each client has its own connections.
 *
 * Throws a `ConfigError` (`TRANSPORT_INVALID_BOOTSTRAP_SERVERS`) where an address is not `host:port`.
 *
 * @example
 * const cluster = kafka({ bootstrapServers: '127.0.0.1:9092' })
 */
export function kafka(options: KafkaOptions): Cluster {
  const config = resolveConfig(options)
  const open = (what: string, clientId: string, requestTimeoutMs = config.requestTimeoutMs): Promise<ClusterClient> =>
    openClient(config, what, { clientId, requestTimeoutMs })
  return Object.freeze<Cluster>({
    description: `kafka ${config.bootstrap.map(({ host, port }) => `${host}:${port}`).join(',')}`,
    clock: config.clock,
    chance: config.chance,
    admin: async ({ clientId }) => new KafkaAdmin(await open('admin client', clientId), config.requestTimeoutMs),
    fetcher: async ({ clientId }) => new KafkaFetcher(await open('fetcher', clientId)),
    groupCoordinator: async ({ clientId }) => new KafkaGroupCoordinator(await open('group coordinator', clientId)),
    producer: async ({ clientId, ...producer }) => {
      checkProducer(producer)
      return new KafkaProducer(await open('producer', clientId, producer.requestTimeoutMs), producer)
    },
  })
}

async function openClient(
  { bootstrap, bootstrapTimeoutMs, apiTimeoutMs, clock, chance, ssl, sasl, connectionTimeoutMs }: Config,
  what: string,
  { clientId, requestTimeoutMs }: { readonly clientId: string; readonly requestTimeoutMs: number },
): Promise<ClusterClient> {
  const open = await connector({ clientId, ssl, sasl, connectionTimeoutMs, requestTimeoutMs, clock })
  const client = new ClusterClient({ what, bootstrap, open, clock, chance, apiTimeoutMs })
  await client.connect(bootstrapTimeoutMs).catch((error: unknown) => {
    client.close()
    throw error
  })
  return client
}

function resolveConfig(options: KafkaOptions): Config {
  return {
    bootstrap: addresses(options.bootstrapServers),
    ssl: options.ssl ?? false,
    sasl: options.sasl ?? null,
    connectionTimeoutMs: options.connectionTimeoutMs ?? 10_000,
    bootstrapTimeoutMs: options.bootstrapTimeoutMs ?? 10_000,
    requestTimeoutMs: options.requestTimeoutMs ?? 30_000,
    apiTimeoutMs: options.apiTimeoutMs ?? 60_000,
    clock: options.clock ?? systemClock,
    chance: options.chance ?? systemChance,
  }
}

function addresses(servers: string | readonly string[]): readonly HostPort[] {
  const texts = typeof servers === 'string' ? servers.split(',') : servers
  return texts.map((text) => {
    const match = /^\s*\[?([^[\]]+?)\]?:(\d+)\s*$/.exec(text)
    if (match !== null) return { host: match[1]!, port: Number(match[2]) }
    const message = `${JSON.stringify(text)} is no address of a broker: bootstrapServers is host:port, separated by commas.`
    throw new ConfigError('TRANSPORT_INVALID_BOOTSTRAP_SERVERS', message, { facts: { bootstrapServers: servers } })
  })
}

function checkProducer({ acks, idempotence }: ProducerOptions): void {
  if (idempotence === 'disabled' || acks === 'all') return
  const message = "An idempotent producer needs acks 'all': set it, or idempotence 'disabled'."
  throw new ConfigError('TRANSPORT_INVALID_ACKS', message, { facts: { acks, idempotence } })
}
