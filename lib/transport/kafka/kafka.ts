import type { Chance } from '../../clock/chance.ts'
import { systemChance } from '../../clock/chance.ts'
import type { Clock } from '../../clock/clock.ts'
import { systemClock } from '../../clock/system-clock.ts'
import { checkChoice, checkOptions, type OptionNames } from '../../model/check-options.ts'
import { ConfigError } from '../../model/errors.ts'
import type { Cluster } from '../cluster.ts'
import type { HostPort } from './connection/connection.ts'
import { kafkajsConnector } from './connection/kafkajs/kafkajs-connection.ts'
import { socketConnector } from './connection/socket/socket-connection.ts'
import { kafkaCluster } from './kafka-cluster.ts'
import type { KafkaClusterOptions } from './kafka-cluster.ts'
import type { SaslOptions, TlsOptions } from './security-options.ts'

/** Options of {@link kafka}. */
export interface KafkaOptions {
  /** The addresses of some brokers: `host:port`, several separated by commas, or a list. */
  readonly bootstrapServers: string | readonly string[]
  /** `true`, or options for TLS. Default false: no TLS. */
  readonly ssl?: boolean | TlsOptions | undefined
  /** How the client authenticates. Default: it does not. */
  readonly sasl?: SaslOptions | undefined
  /** The time limit in ms for connecting to one broker. Default 10,000. */
  readonly connectionTimeoutMs?: number | undefined
  /** The time limit in ms for finding a broker that answers, when a client is opened. Default 10,000. */
  readonly bootstrapTimeoutMs?: number | undefined
  /** The time limit in ms for the answer to a request, in addition to the wait that the request itself allows. Default 30,000. */
  readonly requestTimeoutMs?: number | undefined
  /** The time limit in ms of a call with its retries (Kafka: `default.api.timeout.ms`). Default 60,000. */
  readonly apiTimeoutMs?: number | undefined
  /** A connection that sends nothing for this long, in ms, is closed (Kafka: `connections.max.idle.ms`). Default 540,000. */
  readonly connectionsMaxIdleMs?: number | undefined
  /**
   * The rack of the clients (Kafka: `client.rack`). They read from a replica in that rack if the brokers have a
   * `replica.selector.class` (KIP-392). Default: in no rack.
   */
  readonly clientRack?: string | undefined
  /**
   * What connects to brokers: Millrace's own `socket`, or the package `kafkajs`, which then has to be installed. Default `socket`.
   */
  readonly connection?: 'socket' | 'kafkajs' | undefined
  /** Default: the system clock. */
  readonly clock?: Clock | undefined
  /** Random numbers, for pauses before retries and for the partition of records without a key. Default: those of the system. */
  readonly chance?: Chance | undefined
}

/**
 * Describes a Kafka cluster (Kafka 2.5 or newer) by its addresses. The call connects to nothing; each client connects when it is
 * opened. Opening a client rejects with `TRANSPORT_BROKER_UNREACHABLE` if no address answers in time. Each client has its own
 * connections.
 *
 * Throws a `ConfigError` (`TRANSPORT_INVALID_BOOTSTRAP_SERVERS`) if an address is not `host:port`, and a `TypeError` for options that do
 * not exist.
 *
 * @example
 * const cluster = kafka({ bootstrapServers: '127.0.0.1:9092' })
 */
export function kafka(options: KafkaOptions): Cluster {
  checkOptions('kafka()', options, optionNames)
  checkSasl(options.sasl)
  checkChoice('kafka()', 'connection', options.connection, ['socket', 'kafkajs'])
  return kafkaCluster(resolved(options))
}

const optionNames: OptionNames<KafkaOptions> = {
  bootstrapServers: true,
  ssl: true,
  sasl: true,
  connectionTimeoutMs: true,
  bootstrapTimeoutMs: true,
  requestTimeoutMs: true,
  apiTimeoutMs: true,
  connectionsMaxIdleMs: true,
  clientRack: true,
  connection: true,
  clock: true,
  chance: true,
}

function checkSasl(sasl: SaslOptions | undefined): void {
  if (sasl === undefined) return
  checkChoice('sasl of kafka()', 'mechanism', sasl.mechanism, ['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer'])
  const known: Readonly<Record<string, true>> =
    sasl.mechanism === 'oauthbearer' ? { oauthBearerProvider: true } : { username: true, password: true }
  checkOptions('sasl of kafka()', sasl, { mechanism: true, ...known })
  // Credentials come from the environment, where one that is missing is undefined or empty. A broker would only hang up.
  const missing = ['mechanism', ...Object.keys(known)].filter((option) => !(sasl as Readonly<Record<string, unknown>>)[option])
  if (missing.length === 0) return
  const message = `sasl of kafka() lacks ${missing.join(' and ')}. Is a variable of the environment empty?`
  throw new ConfigError('STREAMS_CONFIG_MISSING', message, { facts: { missing } })
}

function resolved(options: KafkaOptions): KafkaClusterOptions {
  return {
    connector: options.connection === 'kafkajs' ? kafkajsConnector : socketConnector,
    bootstrap: addresses(options.bootstrapServers),
    ssl: options.ssl ?? false,
    sasl: options.sasl ?? null,
    clientRack: options.clientRack ?? '',
    idleTimeoutMs: options.connectionsMaxIdleMs ?? 540_000,
    connectionTimeoutMs: options.connectionTimeoutMs ?? 10_000,
    bootstrapTimeoutMs: options.bootstrapTimeoutMs ?? 10_000,
    requestTimeoutMs: options.requestTimeoutMs ?? 30_000,
    apiTimeoutMs: options.apiTimeoutMs ?? 60_000,
    clock: options.clock ?? systemClock,
    chance: options.chance ?? systemChance,
  }
}

function addresses(servers: string | readonly string[]): readonly HostPort[] {
  const texts = typeof servers === 'string' ? servers.split(',') : (servers ?? [''])
  return texts.map((text) => {
    const match = /^\s*\[?([^[\]]+?)\]?:(\d+)\s*$/.exec(text)
    if (match !== null) return { host: match[1]!, port: Number(match[2]) }
    const message = `${JSON.stringify(text)} in bootstrapServers is not the address of a broker: write host:port, several separated by commas.`
    throw new ConfigError('TRANSPORT_INVALID_BOOTSTRAP_SERVERS', message, { facts: { bootstrapServers: servers } })
  })
}
