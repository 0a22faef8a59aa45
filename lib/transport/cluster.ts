import type { Clock } from '../clock/clock.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { Chance } from '../clock/chance.ts'
import type { Admin } from './admin.ts'
import type { Fetcher } from './fetcher.ts'
import type { GroupCoordinator } from './group-coordinator.ts'
import type { Producer, ProducerOptions, TransactionalProducer, TransactionalProducerOptions } from './producer.ts'

/** Takes reports of trouble that passes. A logger of an application is one. */
export interface TroubleLog {
  /** Reports a problem that the client gets over by itself. `facts` are plain values. */
  warn(message: string, facts?: Readonly<Record<string, unknown>>): void
}

/** Options of every client of a cluster. */
export interface ConnectOptions {
  /** The client's name in the logs, metrics and quotas of brokers (Kafka: `client.id`). */
  readonly clientId: string
  /**
   * Is told of lost connections and of partitions that cannot be read, of each at most once in ten seconds. Default: nobody is told.
   */
  readonly log?: TroubleLog | undefined
  /** Counts how long brokers throttle the client (KIP-219): `throttle-time`, in ms. Default: it is not counted. */
  readonly metrics?: Metrics | undefined
}

/**
 * A Kafka cluster: a real one by its addresses (`kafka(…)`), or an embedded one (`EmbeddedKafka.open(…)`). Each method opens a
 * client and connects it. The caller closes that client.
 */
export interface Cluster {
  /** The name of the cluster in messages and logs, e.g. `kafka 127.0.0.1:9092` or `embedded`. */
  readonly description: string
  /** The clock of the clients. An application on this cluster uses it, too. */
  readonly clock: Clock
  /** The source of random numbers of the clients. An application on this cluster uses it, too. */
  readonly chance: Chance
  /** Opens a client for topics, offsets and groups. Rejects with a `TransportError` if no broker answers. */
  admin(options: ConnectOptions): Promise<Admin>
  /** Opens a client that reads partitions. Rejects with a `TransportError` if no broker answers. */
  fetcher(options: ConnectOptions): Promise<Fetcher>
  /**
   * Opens a client that writes batches. Rejects with a `TransportError` if no broker answers, and with a `ConfigError` if
   * options contradict each other.
   */
  producer(options: ConnectOptions & ProducerOptions): Promise<Producer>
  /**
   * Opens a client that writes batches in transactions. It begins with `init`. Rejects with a `TransportError` if no broker answers.
   */
  transactionalProducer(options: ConnectOptions & TransactionalProducerOptions): Promise<TransactionalProducer>
  /** Opens a client of a group's coordinator. Rejects with a `TransportError` if no broker answers. */
  groupCoordinator(options: ConnectOptions & { readonly groupId: string }): Promise<GroupCoordinator>
}
