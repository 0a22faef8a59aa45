import type { Chance } from '../../clock/chance.ts'
import type { Timer } from '../../clock/clock.ts'
import type { Signal } from '../../model/abort-signal.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import { partitionKey } from '../../model/topic-partition.ts'
import type { Cluster } from '../../transport/cluster.ts'
import type { EmbeddedBroker } from '../../transport/embedded/embedded-broker.ts'
import type { StoredBatch } from '../../transport/embedded/stored-batch.ts'
import type { BrokerNode, ClusterView, PartitionLeader } from '../../transport/embedded/server/cluster-view.ts'
import { EmbeddedServer } from '../../transport/embedded/server/embedded-server.ts'
import type { Connection, HostPort } from '../../transport/kafka/connection/connection.ts'
import { kafkaCluster } from '../../transport/kafka/kafka-cluster.ts'
import { observedProducer } from './observed-producer.ts'
import type { Observer } from './observer.ts'
import type { NetworkWeather } from './network-weather.ts'
import type { Hits } from './port-network.ts'
import type { SimulatedProcess } from './simulated-process.ts'
import { WireConnection } from './wire-connection.ts'
import type { World } from './world.ts'

export interface WireNetworkOptions {
  readonly world: World
  readonly broker: EmbeddedBroker
  readonly weather: NetworkWeather
  readonly hits: Hits
  readonly observer: Observer
}

const brokers = 3

/** The longest time that a coordinator takes to read a group. */
const loadingMs = 3000

/**
 * The brokers of a cluster and the network before them. Every broker leads some partitions and coordinates some groups; when it goes
 * away others take these over, with the next epoch. All of them share one log, as replicas that are always in sync.
 */
export class WireNetwork implements ClusterView {
  readonly clusterId = 'simulated'
  readonly #options: WireNetworkOptions
  readonly #all: readonly BrokerNode[]
  readonly #servers: ReadonlyMap<number, EmbeddedServer>
  readonly #down = new Set<number>()
  readonly #leaders = new Map<string, PartitionLeader>()
  readonly #coordinators = new Map<string, number>()
  readonly #loading = new Map<string, Timer>()
  readonly #connections = new Set<WireConnection>()

  constructor(options: WireNetworkOptions) {
    this.#options = options
    this.#all = Array.from({ length: brokers }, (_, index) => ({ nodeId: index + 1, host: `broker${index + 1}`, port: 9092 }))
    const server = ({ nodeId }: BrokerNode) => new EmbeddedServer({ broker: options.broker, view: this, nodeId })
    this.#servers = new Map(this.#all.map((node) => [node.nodeId, server(node)]))
  }

  nodes(): readonly BrokerNode[] {
    return this.#all.filter(({ nodeId }) => !this.#down.has(nodeId))
  }

  controllerId(): number {
    return this.nodes()[0]?.nodeId ?? -1
  }

  leaderOf(partition: TopicPartition): PartitionLeader {
    const key = partitionKey(partition)
    const leader = this.#leaders.get(key) ?? { nodeId: this.#any(), epoch: 0 }
    this.#leaders.set(key, leader)
    return leader
  }

  coordinatorOf(groupId: string): number {
    const coordinator = this.#coordinators.get(groupId) ?? this.#any()
    this.#coordinators.set(groupId, coordinator)
    return coordinator
  }

  /** A broker goes away: its connections break, others lead its partitions and coordinate its groups. */
  stopBroker(nodeId: number): void {
    this.#down.add(nodeId)
    for (const connection of this.#connections) if (connection.nodeId === nodeId) connection.break('the broker went away')
    for (const [key, leader] of this.#leaders) if (leader.nodeId === nodeId) this.#elect(key, leader)
    for (const [groupId, coordinator] of this.#coordinators) if (coordinator === nodeId) this.moveCoordinator(groupId)
  }

  startBroker(nodeId: number): void {
    this.#down.delete(nodeId)
  }

  startAll(): void {
    this.#down.clear()
  }

  /** Another broker leads every partition, as after a preferred leader election. */
  moveLeaders(): void {
    for (const [key, leader] of this.#leaders) this.#elect(key, leader)
  }

  /** Another broker leads the partition, though it lacks the records from the offset on. Returns what is lost. */
  electUncleanly(partition: TopicPartition, from: number): readonly StoredBatch[] {
    const key = partitionKey(partition)
    this.#elect(key, this.leaderOf(partition))
    return this.#options.broker.truncate(partition, from, this.leaderOf(partition).epoch)
  }

  /** Another broker takes the group over. It first reads what the log has of it. */
  moveCoordinator(groupId: string): void {
    const { world, broker } = this.#options
    const group = broker.group(groupId)
    this.#coordinators.set(groupId, this.#any(this.#coordinators.get(groupId)))
    group.unload()
    const loading = world.schedule(world.chance.float() * loadingMs, null, `group ${groupId} is loaded`, () => {
      this.#loading.delete(groupId)
      group.load()
    })
    this.#loading.get(groupId)?.cancel()
    this.#loading.set(groupId, loading)
  }

  isLoading(groupId: string): boolean {
    return this.#loading.has(groupId)
  }

  /** The cluster as one process sees it: Millrace's own clients, over connections of this network. */
  clusterOf(process: SimulatedProcess, chance: Chance): Cluster {
    const cluster = kafkaCluster({
      bootstrap: this.#all,
      connector: () => Promise.resolve((broker, signal) => this.#open(process, broker, signal)),
      ssl: false,
      sasl: null,
      clientRack: '',
      idleTimeoutMs: Infinity,
      connectionTimeoutMs: 3000,
      bootstrapTimeoutMs: 10_000,
      requestTimeoutMs: 3000,
      apiTimeoutMs: 60_000,
      clock: process.clock,
      chance,
    })
    const producer: Cluster['producer'] = async (options) =>
      observedProducer(await cluster.producer(options), process, this.#options.observer)
    return { ...cluster, producer }
  }

  /** Whether messages pass between a process and the brokers. */
  #isReachable({ name }: SimulatedProcess): boolean {
    const { weather, world } = this.#options
    return weather.isReachable(name, world.now)
  }

  /** Connects to a broker that is there. Without a way to it, nothing is heard until the caller gives up. */
  #open(process: SimulatedProcess, { host }: HostPort, signal: Signal): Promise<Connection> {
    const { world } = this.#options
    const { promise, resolve, reject } = Promise.withResolvers<Connection>()
    const node = this.#all.find((candidate) => candidate.host === host)!
    const abort = (): void => reject(signal.reason as Error)
    // A signal that was made of others lives as long as it has a listener, and with it all that the listener reaches.
    const settled = (): void => signal.removeEventListener('abort', abort)
    signal.addEventListener('abort', abort)
    promise.then(settled, settled)
    if (signal.aborted) abort()
    if (process.crashesAt('before', 'connect')) return promise
    world.schedule(world.chance.float() * this.#options.weather.latencyMs, process, `${process.name} connects to ${host}`, () => {
      if (signal.aborted || !this.#isReachable(process)) return
      if (this.#down.has(node.nodeId)) return reject(new Error(`connect ECONNREFUSED ${host}:9092`))
      const server = this.#servers.get(node.nodeId)!
      const onClose = (): void => void this.#connections.delete(connection)
      const connection = new WireConnection({
        ...this.#options,
        process,
        isReachable: () => this.#isReachable(process),
        nodeId: node.nodeId,
        server,
        onClose,
      })
      this.#connections.add(connection)
      if (!process.crashesAt('after', 'connect')) resolve(connection)
    })
    return promise
  }

  #elect(key: string, { nodeId, epoch }: PartitionLeader): void {
    this.#leaders.set(key, { nodeId: this.#any(nodeId), epoch: epoch + 1 })
  }

  #any(but?: number): number {
    const { chance } = this.#options.world
    const candidates = this.nodes().filter(({ nodeId }) => nodeId !== but)
    return candidates[Math.floor(chance.float() * candidates.length)]?.nodeId ?? -1
  }
}
