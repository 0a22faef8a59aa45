import type { Chance } from '../../clock/chance.ts'
import { systemChance } from '../../clock/chance.ts'
import type { Clock } from '../../clock/clock.ts'
import { systemClock } from '../../clock/system-clock.ts'
import { ConfigError } from '../../model/errors.ts'
import type { Cluster } from '../cluster.ts'
import type { HostPort } from './connection/connection.ts'
import { kafkajsConnector } from './connection/kafkajs/kafkajs-connection.ts'
import { kafkaCluster } from './kafka-cluster.ts'
import type { KafkaClusterOptions } from './kafka-cluster.ts'
import type { SaslOptions, TlsOptions } from './security-options.ts'

export interface KafkaOptions {
  /** `host:port`, separated by commas, or a list of them. */
  readonly bootstrapServers: string | readonly string[]
  /** `true`, or TLS options of Node. Default false. */
  readonly ssl?: boolean | TlsOptions | undefined
  /** Default none. */
  readonly sasl?: SaslOptions | undefined
  /** How long connecting to one broker may take. Default 10,000. */
  readonly connectionTimeoutMs?: number | undefined
  /** How long opening a client looks for a broker that answers. Default 10,000. */
  readonly bootstrapTimeoutMs?: number | undefined
  /** How long a broker may take to answer a request, beyond the wait the request allows it. Default 30,000. */
  readonly requestTimeoutMs?: number | undefined
  /** How long a call is retried (Kafka: `default.api.timeout.ms`). Default 60,000. */
  readonly apiTimeoutMs?: number | undefined
  /** Default: the machine's. */
  readonly clock?: Clock | undefined
  readonly chance?: Chance | undefined
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
  return kafkaCluster(resolved(options))
}

function resolved(options: KafkaOptions): KafkaClusterOptions {
  return {
    connector: kafkajsConnector,
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
