import type { Chance } from '../../../clock/chance.ts'
import { sleep } from '../../../clock/clock.ts'
import type { Clock } from '../../../clock/clock.ts'
import { TransportError } from '../../../model/errors.ts'
import type { PartitionMetadata } from '../../admin.ts'
import type { TroubleLog } from '../../cluster.ts'
import type { TopicPartition } from '../../../model/topic-partition.ts'
import type { HostPort } from '../connection/connection.ts'
import { addressOf } from './broker-connection.ts'
import type { BrokerConnection } from './broker-connection.ts'
import { closed, isRetriable, kafkaError, throwOnError, unreachable } from './kafka-errors.ts'
import { retry } from './retry.ts'
import { TroubleReport } from './trouble-report.ts'
import { errorCodes } from '../wire/error-codes.ts'
import { findCoordinatorRequest, metadataRequest } from '../wire/metadata-requests.ts'
import type { BrokerAddress, ClusterDescription, CoordinatedKind, TopicDescription } from '../wire/metadata-requests.ts'
import { zeroUuid } from '../wire/schema.ts'
import type { KafkaRequest, Lane } from '../wire/request.ts'

export interface ClusterClientOptions {
  /** The name of this client in messages, e.g. `fetcher` or `producer`. */
  readonly what: string
  readonly bootstrap: readonly HostPort[]
  /** Opens a connection to a broker. An aborted signal ends the attempt. */
  readonly open: (broker: HostPort, signal: AbortSignal) => Promise<BrokerConnection>
  readonly clock: Clock
  readonly chance: Chance
  /** The time limit of a call with all its retries. */
  readonly apiTimeoutMs: number
  readonly log?: TroubleLog | undefined
  /** Called when a broker throttles the client, with the time in ms. */
  readonly onThrottle?: (throttleTimeMs: number) => void
}

/**
 * Sends requests to the right brokers of a cluster: the leader of a partition, the coordinator of a group, or the controller. It
 * has one connection for each broker and lane that it uses (`Lane`). A connection that has failed is closed, and the next request
 * opens another one.
 */
export class ClusterClient {
  readonly clock: Clock
  readonly chance: Chance
  readonly #options: ClusterClientOptions
  readonly #connections = new Map<string, Promise<BrokerConnection>>()
  readonly #topics = new Map<string, TopicDescription>()
  readonly #wanted = new Set<string>()
  readonly #coordinators = new Map<string, number>()
  readonly #closing = new AbortController()
  readonly #trouble: TroubleReport
  /** Until when a broker wants to get no request, by its address. */
  readonly #throttledUntilMs = new Map<string, number>()
  #brokers: readonly BrokerAddress[] = []
  #controllerId = -1
  #features: ReadonlyMap<string, number> = new Map()
  #refreshing: Promise<void> | null = null

  constructor(options: ClusterClientOptions) {
    this.#options = options
    this.clock = options.clock
    this.chance = options.chance
    this.#trouble = new TroubleReport(options.log, options.clock)
  }

  get signal(): AbortSignal {
    return this.#closing.signal
  }

  get isClosed(): boolean {
    return this.signal.aborted
  }

  /**
   * Connects to the first broker that answers. Rejects with `TRANSPORT_BROKER_UNREACHABLE` if none answers within the time, and sooner
   * if brokers end the connection twice in its handshake: then an option may be wrong, and the message says which.
   */
  async connect(withinMs: number): Promise<void> {
    let refusals = 0
    const refused = (error: unknown): unknown => {
      if (isHandshake((error as Error).cause) && ++refusals === handshakesMax) return error
      throw error
    }
    const refusal = await this.retry(() => this.describe([]).then(() => null, refused), withinMs)
    if (refusal !== null) throw refusal
  }

  close(): void {
    this.#closing.abort()
    for (const connection of this.#connections.values()) connection.then((open) => open.close()).catch(() => {})
    this.#connections.clear()
  }

  /**
   * Tells the log of an error that the client gets over by itself, of each `kind` once in a while. The requests that a close ends are
   * no trouble.
   */
  report(kind: string, error: TransportError): void {
    if (this.isClosed) return
    const { message, code, facts } = error
    this.#trouble.tell(kind, `The ${this.#options.what} has trouble: ${message}`, { code, ...facts })
  }

  /** The features that the cluster has agreed on, as the broker knew them that has answered last (KIP-584). */
  get features(): ReadonlyMap<string, number> {
    return this.#features
  }

  retry<T>(attempt: () => Promise<T>, withinMs = this.#options.apiTimeoutMs): Promise<T> {
    return retry({ clock: this.clock, chance: this.chance, withinMs, signal: this.signal }, attempt)
  }

  /** Asks a broker for metadata; null asks for all topics. A topic that does not exist comes back with its error code. */
  async describe(topics: readonly string[] | null): Promise<ClusterDescription> {
    const description = await this.sendToAny(metadataRequest(topics))
    this.#brokers = description.brokers
    this.#controllerId = description.controllerId
    return description
  }

  async sendToAny<T>(request: KafkaRequest<T>): Promise<T> {
    let last: unknown
    for (const broker of this.#candidates()) {
      try {
        return await this.#send(broker, request)
      } catch (error) {
        if (!isRetriable(error)) throw error
        last = error
      }
    }
    throw unreachable(this.#options.bootstrap.map(addressOf), last)
  }

  sendToController<T>(request: KafkaRequest<T>): Promise<T> {
    return this.#controllerId < 0 ? this.sendToAny(request) : this.sendTo(this.#controllerId, request)
  }

  async sendTo<T>(nodeId: number, request: KafkaRequest<T>): Promise<T> {
    const broker = this.#brokers.find((candidate) => candidate.nodeId === nodeId)
    if (broker === undefined) throw kafkaError(errorCodes.BROKER_NOT_AVAILABLE, `Broker ${nodeId} is not in the cluster now`)
    return await this.#send(broker, request)
  }

  /** Whether an earlier `refresh` has asked for the topic. */
  knows(topic: string): boolean {
    return this.#topics.has(topic)
  }

  /**
   * Returns the leader of a partition, and asks a broker if it is not known yet. Rejects with a `retriable` error if there is
   * none.
   */
  async leaderOf(partition: TopicPartition): Promise<PartitionMetadata> {
    if (!this.knows(partition.topic)) await this.refresh([partition.topic])
    return this.knownLeaderOf(partition)
  }

  /** Returns the leader that was known at the last `refresh`. Throws a `retriable` error if none is known. */
  knownLeaderOf({ topic, partition }: TopicPartition): PartitionMetadata {
    const description = this.#topics.get(topic)
    const found = description?.partitions.find((candidate) => candidate.partition === partition)
    const what = `Cannot find the leader of ${topic}-${partition}`
    if (description !== undefined) throwOnError(description.errorCode, what, { topic, partition })
    if (found === undefined) throw kafkaError(errorCodes.UNKNOWN_TOPIC_OR_PARTITION, what, { topic, partition })
    if (found.leader < 0) throw kafkaError(errorCodes.LEADER_NOT_AVAILABLE, what, { topic, partition })
    return found
  }

  /** Returns the id of a topic that the last `refresh` has found, or `zeroUuid`. */
  topicIdOf(topic: string): string {
    return this.#topics.get(topic)?.topicId ?? zeroUuid
  }

  hasBroker(nodeId: number): boolean {
    return this.#brokers.some((broker) => broker.nodeId === nodeId)
  }

  /** Asks a broker for the leaders of these topics, and of all topics of earlier calls. */
  async refresh(topics: readonly string[]): Promise<void> {
    const isNew = topics.some((topic) => !this.#wanted.has(topic))
    for (const topic of topics) this.#wanted.add(topic)
    if (this.#refreshing !== null && !isNew) return this.#refreshing
    this.#refreshing = this.#loadTopics().finally(() => (this.#refreshing = null))
    await this.#refreshing
  }

  /** Sends to the coordinator of the group or the producer. It is looked up if it is not known, and forgotten after an error. */
  async sendToCoordinator<T>(key: string, request: KafkaRequest<T>, kind: CoordinatedKind = 'group'): Promise<T> {
    const nodeId = this.#coordinators.get(`${kind} ${key}`) ?? (await this.#findCoordinator(key, kind))
    try {
      return await this.sendTo(nodeId, request)
    } catch (error) {
      this.forgetCoordinator(key, kind)
      throw error
    }
  }

  forgetCoordinator(key: string, kind: CoordinatedKind = 'group'): void {
    this.#coordinators.delete(`${kind} ${key}`)
  }

  async #findCoordinator(key: string, kind: CoordinatedKind): Promise<number> {
    const found = await this.sendToAny(findCoordinatorRequest(key, kind))
    throwOnError(found.errorCode, `Cannot find the coordinator of ${kind} ${key}`, kind === 'group' ? { groupId: key } : {})
    if (!this.hasBroker(found.nodeId)) await this.describe([])
    this.#coordinators.set(`${kind} ${key}`, found.nodeId)
    return found.nodeId
  }

  async #loadTopics(): Promise<void> {
    const { topics } = await this.describe([...this.#wanted])
    for (const topic of topics) this.#topics.set(topic.name, topic)
  }

  // Brokers with an open connection come first. The bootstrap addresses come last, for a cluster whose brokers all have new addresses.
  #candidates(): readonly HostPort[] {
    const isConnected = (broker: HostPort): boolean => this.#connections.has(placeOf(broker, 'main'))
    const all = [...this.#brokers, ...this.#options.bootstrap]
    const unique = [...new Map(all.map((broker) => [addressOf(broker), broker])).values()]
    return [...unique.filter(isConnected), ...unique.filter((broker) => !isConnected(broker))]
  }

  async #send<T>(broker: HostPort, request: KafkaRequest<T>): Promise<T> {
    if (this.isClosed) throw closed(this.#options.what)
    const place = placeOf(broker, request.lane)
    let connection = this.#connections.get(place) ?? this.#connect(place, broker)
    let opened: BrokerConnection | null = null
    try {
      if (!(await connection).isOpen) connection = this.#replace(connection, place, broker)
      opened = await connection
      this.#features = opened.features
      await this.#untilAllowed(broker)
      const { value, throttleTimeMs } = await opened.send(request)
      if (throttleTimeMs > 0) this.#throttle(broker, throttleTimeMs)
      return value
    } catch (error) {
      // A request that could not be written leaves the connection to the others.
      if (opened?.isOpen !== true || isCorrupt(error)) this.#drop(connection, place)
      if (this.isClosed) throw closed(this.#options.what)
      if (isRetriable(error)) this.report(addressOf(broker), error)
      throw error
    }
  }

  // KIP-219: a broker that throttles answers at once, and leaves it to the client to wait.
  #throttle(broker: HostPort, throttleTimeMs: number): void {
    this.#throttledUntilMs.set(addressOf(broker), this.clock.monotonic() + throttleTimeMs)
    this.#options.onThrottle?.(throttleTimeMs)
  }

  async #untilAllowed(broker: HostPort): Promise<void> {
    const waitMs = (this.#throttledUntilMs.get(addressOf(broker)) ?? 0) - this.clock.monotonic()
    if (waitMs > 0) await sleep(this.clock, waitMs, this.signal)
  }

  /** A connection that has ended while nobody used it is replaced, by the first request that finds it so. */
  #replace(ended: Promise<BrokerConnection>, place: string, broker: HostPort): Promise<BrokerConnection> {
    this.#drop(ended, place)
    return this.#connections.get(place) ?? this.#connect(place, broker)
  }

  #drop(connection: Promise<BrokerConnection>, place: string): void {
    if (this.#connections.get(place) === connection) this.#connections.delete(place)
    connection.then((open) => open.close()).catch(() => {})
  }

  #connect(place: string, broker: HostPort): Promise<BrokerConnection> {
    const connection = this.#options.open(broker, this.signal)
    this.#connections.set(place, connection)
    return connection
  }
}

const handshakesMax = 2

function isCorrupt(error: unknown): boolean {
  return error instanceof TransportError && error.code === 'TRANSPORT_CORRUPT_RESPONSE'
}

function isHandshake(error: unknown): error is TransportError {
  return error instanceof TransportError && error.code === 'TRANSPORT_HANDSHAKE_FAILED'
}

function placeOf(broker: HostPort, lane: Lane): string {
  return `${lane} ${addressOf(broker)}`
}
