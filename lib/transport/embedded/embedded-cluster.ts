import type { Chance } from '../../clock/chance.ts'
import { systemChance } from '../../clock/chance.ts'
import type { Clock } from '../../clock/clock.ts'
import { systemClock } from '../../clock/system-clock.ts'
import type { Admin } from '../admin.ts'
import type { Cluster, ConnectOptions } from '../cluster.ts'
import type { Fetcher } from '../fetcher.ts'
import type { GroupCoordinator } from '../group-coordinator.ts'
import type { Producer, ProducerOptions, TransactionalProducer, TransactionalProducerOptions } from '../producer.ts'
import { IdempotentSession, namelessSession } from '../producer-session.ts'
import type { ProducerSession } from '../producer-session.ts'
import { requireCodec } from '../record-batch/compression.ts'
import { EmbeddedAdmin } from './embedded-admin.ts'
import { EmbeddedBroker } from './embedded-broker.ts'
import { EmbeddedFetcher } from './embedded-fetcher.ts'
import { EmbeddedGroupCoordinator } from './embedded-group-coordinator.ts'
import type { EmbeddedLogStore } from './embedded-log-store.ts'
import { EmbeddedProducer } from './embedded-producer.ts'
import { EmbeddedTransactionLink } from './embedded-transaction-link.ts'
import { SessionProducer } from '../session-producer.ts'
import { TransactionSession } from '../transaction-session.ts'
import type { KafkaListener } from './listen/listen.ts'

export interface EmbeddedClusterOptions {
  /** The name of the cluster in messages. Default `embedded`. */
  readonly name?: string | undefined
  /** Default: the system clock. */
  readonly clock?: Clock | undefined
  /** Default: the random numbers of the system. */
  readonly chance?: Chance | undefined
  /** The store that keeps topics and offsets over restarts. The cluster closes it. Default: they are in memory only. */
  readonly store?: EmbeddedLogStore | undefined
  /** A write to an unknown topic creates it with this many partitions. Default: such a write fails. */
  readonly autoCreateTopics?: { readonly partitions: number } | undefined
  /** The version of transactions that clients use (Kafka: the feature `transaction.version`, KIP-890). Default 2. */
  readonly transactionVersion?: 1 | 2 | undefined
}

/** Options of {@link EmbeddedCluster.listen}. */
export interface ListenOptions {
  /** The address to listen on, and the one that clients are told. Default `127.0.0.1`. */
  readonly host?: string | undefined
}

/** A cluster that is a broker in this process. With a store, every acknowledged write survives kill -9. */
export class EmbeddedCluster implements Cluster {
  /** Name of the cluster in messages. */
  readonly description: string
  /** The clock of the broker, and of applications that run on the cluster. */
  readonly clock: Clock
  /** The random numbers of the broker, and of applications that run on the cluster. */
  readonly chance: Chance
  /** The synchronous broker below the ports. Tests and the test driver call it without promises. */
  readonly broker: EmbeddedBroker
  readonly #listeners: KafkaListener[] = []

  constructor({
    name = 'embedded',
    clock = systemClock,
    chance = systemChance,
    store,
    autoCreateTopics,
    transactionVersion,
  }: EmbeddedClusterOptions = {}) {
    this.description = name
    this.clock = clock
    this.chance = chance
    this.broker = new EmbeddedBroker({
      clock,
      chance,
      store: store ?? null,
      autoCreatePartitions: autoCreateTopics?.partitions ?? null,
      transactionVersion,
    })
  }

  /** Opens a client for topics, offsets and groups. */
  admin(_options: ConnectOptions): Promise<Admin> {
    return Promise.resolve(new EmbeddedAdmin(this.broker))
  }

  /** Opens a client that reads partitions. */
  fetcher(_options: ConnectOptions): Promise<Fetcher> {
    return Promise.resolve(new EmbeddedFetcher(this.broker))
  }

  /** Opens a client that writes batches. Rejects with a `ConfigError` if the package of the compression is not installed. */
  async producer(options: ConnectOptions & ProducerOptions): Promise<Producer> {
    requireCodec(options.compression)
    const session = options.idempotence === 'enabled' ? this.#newSession() : namelessSession
    await this.broker.settled()
    return new EmbeddedProducer(this.broker, session, options.compression)
  }

  /** Opens a client that writes batches in transactions. */
  async transactionalProducer(options: ConnectOptions & TransactionalProducerOptions): Promise<TransactionalProducer> {
    requireCodec(options.compression)
    const session = new TransactionSession(new EmbeddedTransactionLink(this.broker, options))
    return new SessionProducer(new EmbeddedProducer(this.broker, session, options.compression), session)
  }

  #newSession(): ProducerSession {
    const identity = { producerId: this.broker.newProducerId(), producerEpoch: 0 }
    return new IdempotentSession({ identity, acquire: () => Promise.resolve(identity) })
  }

  /** Opens a client of a group's coordinator. */
  groupCoordinator({ clientId }: ConnectOptions & { readonly groupId: string }): Promise<GroupCoordinator> {
    return Promise.resolve(new EmbeddedGroupCoordinator(this.broker, clientId))
  }

  /**
   * Opens a TCP port on which this cluster speaks Kafka's protocol, for other processes and for tools: Java's clients and kcat
   * produce to it, consume from it and list it. Port 0 takes a free one. It has neither TLS nor authentication.
   * `close` closes the port, too. Rejects with the system's error if the port is in use.
   *
   * @example
   * await using cluster = await EmbeddedKafka.open({ dir: '.data' })
   * const { bootstrapServers } = await cluster.listen(9092)
   */
  async listen(port: number, { host = '127.0.0.1' }: ListenOptions = {}): Promise<KafkaListener> {
    const sockets = await import('./listen/listen.ts')
    const listener = await sockets.listen(this.broker, this.description, port, host)
    this.#listeners.push(listener)
    return listener
  }

  /**
   * Closes its ports, writes the last changes to the store and closes it, and ends the timers of groups. Clients that are still open fail from now
   * on.
   */
  async close(): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener.close()))
    this.broker.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
