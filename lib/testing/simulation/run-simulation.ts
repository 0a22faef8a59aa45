import type { Chance } from '../../clock/chance.ts'
import { KafkaStreams } from '../../kafka-streams.ts'
import type { Topology } from '../../topology/topology.ts'
import type { TopologyPlan } from '../../topology/topology-plan.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import type { Logger } from '../../runtime/logger.ts'
import type { StreamsOptions } from '../../runtime/streams-config.ts'
import { EmbeddedBroker } from '../../transport/embedded/embedded-broker.ts'
import type { EmbeddedBrokerOptions, TransactionalIdentity } from '../../transport/embedded/embedded-broker.ts'
import type { GroupIdentity, OffsetCommit } from '../../transport/group-coordinator.ts'
import { decodeRecordBatch } from '../../transport/record-batch/decode-record-batches.ts'
import type { RecordBatch } from '../../transport/record-batch/record-batch.ts'
import type { StoredBatch } from '../../transport/embedded/stored-batch.ts'
import { committedRecords } from './committed-records.ts'
import { positionsAhead, wrongStores } from './check-stores.ts'
import { endFaults, planFaults } from './faults.ts'
import type { FaultyWorld } from './faults.ts'
import { Observer, topicIdOf } from './observer.ts'
import { PortCluster } from './port-cluster.ts'
import { PortNetwork } from './port-network.ts'
import type { Hits } from './port-network.ts'
import { SimulatedDisk } from './simulated-disk.ts'
import { SimulatedMember } from './simulated-member.ts'
import type { SimulatedProcess } from './simulated-process.ts'
import { WireNetwork } from './wire-network.ts'
import { World } from './world.ts'

export interface RunOptions {
  readonly seed: number
  /** `port`: calls of ports go over the network. `wire`: bytes of Kafka's protocol do, between real clients and several brokers. */
  readonly level: 'port' | 'wire'
  readonly topology: Topology
  readonly config: Partial<StreamsOptions>
  /** Topics to create, with their numbers of partitions. */
  readonly topics: Readonly<Record<string, number>>
  /**
   * Those of them that get partitions, and are deleted and created again, with what is in them. Default: none. Below them there is no
   * store, and no repartition: these do not get more partitions.
   */
  readonly restless?: readonly string[]
  /**
   * Those of them whose partitions lose their last records at the wire level, by leaders that lack them. Default: none. What was made
   * of lost records stays.
   */
  readonly forgetful?: readonly string[]
  /** Called with the records that a forgetful topic has lost. */
  readonly onLost?: (lost: readonly RecordBatch[]) => void
  readonly members: number
  readonly faults: number
  readonly kinds?: readonly string[]
  /** How long faults happen, in virtual ms. */
  readonly faultyMs: number
  /** Within this time after the last fault all input has to be processed, in virtual ms. */
  readonly progressMs: number
  readonly trace?: 'kept' | 'hashed'
  /** Writes input, at times of its choice before the faults end. */
  readonly feed: (run: Running) => void
  /** Writes much input within so many virtual ms. Given where transactions are used: then their faults happen, too. */
  readonly burst?: (run: Running, ms: number) => void
  /** Called when all input is processed, before the members close. */
  readonly check?: (run: Running) => void
}

/** A simulation that runs. */
export interface Running {
  readonly world: World
  readonly broker: EmbeddedBroker
  readonly members: readonly SimulatedMember[]
  readonly observer: Observer
  readonly faultyMs: number
}

export interface RunResult {
  readonly hash: string
  readonly steps: number
  /** Virtual ms. */
  readonly tookMs: number
  readonly violations: readonly string[]
  /** Batches of former owners: see {@link Observer}. */
  readonly lateWrites: number
  readonly hits: Hits
  readonly trace: readonly string[]
  readonly broker: EmbeddedBroker
}

const applicationId = 'sim'

const settleMs = 5000

const requestTimeoutMs = 3000
const maxPollIntervalMs = 20_000

/** A join that the last fault has swallowed is given up after this long, and sent again: that may be the last trouble of a fault. */
const afterFaultsMs = maxPollIntervalMs + requestTimeoutMs + settleMs

/** Longer than any session of `quick`. */
const quietGroupMs = 15_000

/** Far more than a run of this length takes, faults and all. */
const stepsMax = 50_000

/** A seed is at least this long, in virtual ms. */
const leastMs = 120_000

/** Runs members of an application on a simulated cluster, with faults; then all input has to be processed, and all members close. */
export async function runSimulation(options: RunOptions): Promise<RunResult> {
  const world = new World(options.seed, options.trace)
  const hits: Hits = new Map()
  const observer = new Observer(world)
  const network = new PortNetwork(world, hits)
  const broker = makeBroker(world, observer, options)
  const wire = new WireNetwork({ world, broker, weather: network.weather, hits, observer })
  const open = opener(options, { world, network, broker, wire, observer })
  const onEnd = (name: string, error: unknown): void => observer.violation(`${name} ended: ${(error as Error).message}`)
  const plan = options.topology.plan(applicationId)
  // What a process has stored of a source topic must be committed, whenever it is killed: the rest is read and stored again.
  const onDeath = (disk: SimulatedDisk): void => {
    observer.onDeath()
    for (const ahead of positionsAhead(disk, plan, broker, observer)) observer.violation(`${disk.machine}: ${ahead}`)
  }
  const members = Array.from({ length: options.members }, (_, index) => {
    const name = `m${index + 1}`
    const disk = new SimulatedDisk(name)
    return new SimulatedMember({ name, world, disk, open: (process) => open(process, disk), onEnd, onDeath })
  })
  const run: Running = { world, broker, members, observer, faultyMs: options.faultyMs }
  const faulty: FaultyWorld = {
    world,
    members,
    level: options.level,
    network,
    wire: options.level === 'wire' ? wire : null,
    broker,
    groupId: applicationId,
    endMs: world.startMs + options.faultyMs,
    hits,
    changelogs: changelogsOf(plan),
    restless: options.restless ?? [],
    forgetful: options.forgetful ?? [],
    onLost: (partition, lost) => tellLost(run, options, partition, lost),
    burst: options.burst === undefined ? undefined : (ms) => options.burst?.(run, ms),
  }
  members.forEach((member) => member.restartAfter(world.chance.float() * 5000))
  options.feed(run)
  planFaults(faulty, options.faults, options.faultyMs, options.kinds)
  const isStorm = await world.runUntil(world.startMs + options.faultyMs, () => world.steps > stepsMax)
  if (isStorm) observer.violation(`${stepsMax} steps and no end: something is tried again without a pause`)
  else await withoutFaults(run, faulty, options)
  broker.close()
  const { hash, steps, trace, now } = world
  return {
    hash,
    steps,
    tookMs: now - world.startMs,
    violations: observer.violations,
    lateWrites: observer.lateWrites,
    hits,
    trace,
    broker,
  }
}

function tellLost(
  { broker, observer }: Running,
  { onLost }: RunOptions,
  partition: TopicPartition,
  lost: readonly StoredBatch[],
): void {
  const { id } = broker.topics.topic(partition.topic)
  observer.onTruncated(partition, id, broker.topics.partition(partition).highWatermark)
  onLost?.(lost.map(({ bytes }) => decodeRecordBatch(bytes)))
}

/** What the processes of a simulation share. */
interface Surroundings {
  readonly world: World
  readonly network: PortNetwork
  readonly broker: EmbeddedBroker
  readonly wire: WireNetwork
  readonly observer: Observer
}

/** Makes the application of a process. */
function opener(
  { level, topology, config }: RunOptions,
  { world, network, broker, wire, observer }: Surroundings,
): (process: SimulatedProcess, disk: SimulatedDisk) => KafkaStreams {
  return (process, disk) =>
    new KafkaStreams(topology, {
      ...quick(world.chance),
      uncaughtExceptionHandler: () => 'replace-thread',
      ...config,
      applicationId,
      cluster:
        level === 'wire'
          ? wire.clusterOf(process, world.chance)
          : new PortCluster({ network, broker, process, chance: world.chance, observer }),
      storage: disk.storageOf(process),
      logger: loggerOf(world, process.name),
    })
}

/** In every third seed the cluster has the transactions of brokers before Kafka 4. */
function transactionVersionOf({ seed }: RunOptions): 1 | 2 {
  return seed % 3 === 0 ? 1 : 2
}

function makeBroker(world: World, observer: Observer, options: RunOptions): EmbeddedBroker {
  const clock = {
    now: () => Math.floor(world.now),
    monotonic: () => world.now - world.startMs,
    schedule: (delayMs: number, callback: () => void) => world.schedule(delayMs, null, 'broker timer', callback),
    yield: () => Promise.resolve(),
  }
  const broker = new ObservedBroker(observer, {
    clock,
    chance: world.chance,
    store: null,
    autoCreatePartitions: null,
    transactionVersion: transactionVersionOf(options),
  })
  broker.createTopics(Object.entries(options.topics).map(([name, partitions]) => ({ name, partitions })))
  return broker
}

/** Nothing is committed of a topic that it does not have: offsets of another topic which had the name before are not taken for its own. */
class ObservedBroker extends EmbeddedBroker {
  readonly #observer: Observer
  /** By the ids of producers, the members whose offsets are in their transactions. */
  readonly #committers = new Map<number, GroupIdentity>()

  constructor(observer: Observer, options: EmbeddedBrokerOptions) {
    super(options)
    this.#observer = observer
  }

  override commitOffsets(identity: GroupIdentity, commits: readonly OffsetCommit[]): void {
    super.commitOffsets(identity, commits)
    const behind = commits.filter((commit) => this.#isBehindEnd(commit))
    this.#observer.onCommitted(identity, commits.filter((commit) => !behind.includes(commit))) // prettier-ignore
    for (const commit of behind) {
      const { topic, partition, offset } = commit
      if (!this.#observer.isTruncated(commit, this.topics.topic(topic).id))
        this.#observer.violation(`${identity.memberId} commits ${topic}-${partition} at ${offset}, behind its end`)
    }
  }

  override commitInTransaction(owner: TransactionalIdentity, member: GroupIdentity, commits: readonly OffsetCommit[]): void {
    super.commitInTransaction(owner, member, commits)
    this.#committers.set(owner.producerId, member)
  }

  override commitPending(groupId: string, producerId: number, commits: readonly OffsetCommit[]): void {
    super.commitPending(groupId, producerId, commits)
    const member = this.#committers.get(producerId)
    if (member !== undefined) this.#observer.onCommitted(member, commits)
  }

  override append(partition: TopicPartition, sealed: Uint8Array, leaderEpoch?: number): number {
    const end = this.topics.partition(partition).highWatermark
    const offset = super.append(partition, sealed, leaderEpoch)
    if (offset === end) this.#observer.onAppended(sealed, this.group(applicationId))
    return offset
  }

  #isBehindEnd({ topic, partition, offset, metadata }: OffsetCommit): boolean {
    const { id, partitions } = this.topics.topic(topic)
    return topicIdOf(metadata) === id && offset > partitions[partition]!.highWatermark
  }
}

/** Times by which a seed of two minutes sees many commits, sessions and rebalances. */
function quick(chance: Chance): Partial<StreamsOptions> {
  const choice = <T>(...values: readonly T[]): T => values[Math.floor(chance.float() * values.length)]!
  return {
    commitIntervalMs: choice(100, 1000, 5000),
    heartbeatIntervalMs: 1000,
    sessionTimeoutMs: choice(6000, 10_000),
    maxPollIntervalMs,
    maxTaskIdleMs: choice(0, 0, 500),
    deliveryTimeoutMs: 10_000,
    requestTimeoutMs,
    fetchMaxWaitMs: choice(500, 2000, 5000),
    repartitionPurgeIntervalMs: choice(1000, 30_000),
    statestoreCacheMaxBytes: choice(0, 10_000_000),
    topicConfig: { 'segment.bytes': '1000' },
  }
}

function loggerOf(world: World, name: string): Logger {
  const log = (level: string) => (message: string) => world.note(`${name} ${level}: ${message}`)
  return { info: log('info'), warn: log('warn'), error: log('error') }
}

const quietMs = 2000

async function withoutFaults(run: Running, faulty: FaultyWorld, options: RunOptions): Promise<void> {
  run.world.note('FAULTS END')
  endFaults(faulty)
  const settledMs = run.world.now + afterFaultsMs
  await progress(run, options)
  await run.world.runUntil(Math.max(settledMs, run.world.now + settleMs), () => false)
  await quiet(run)
  options.check?.(run)
  await closeAll(run)
  checkStores(run, options)
}

/** Waits until the group has committed the ends of all topics that it reads. */
async function progress({ world, broker, observer, members }: Running, { progressMs, topology }: RunOptions): Promise<void> {
  const endMs = world.now + progressMs
  const topics = inputTopics(topology)
  const behind = (): readonly string[] => lagging(broker, observer, topics)
  const isThere = (): boolean => members.every(({ streams }) => streams !== null) && behind().length === 0
  for (let checkAt = world.now; world.now < endMs && world.steps < stepsMax;) {
    checkAt = Math.min(endMs, checkAt + 100)
    await world.runUntil(checkAt, () => false)
    if (!isThere()) continue
    await world.runUntil(world.now + quietMs, () => false)
    if (isThere()) return
    checkAt = world.now
  }
  observer.violation(`no progress in ${progressMs} ms after the last fault: ${behind().join(', ')}`)
}

/** Without faults no member loses its tasks: the group stays as it is. */
async function quiet({ world, broker, observer }: Running): Promise<void> {
  const group = broker.group(applicationId)
  const { generationId } = group
  await world.runUntil(Math.max(world.now + quietGroupMs, world.startMs + leastMs), () => false)
  if (group.generationId !== generationId) observer.violation('the group rebalances without a fault')
}

/** Stores say what their changelogs say, unless former owners have written to these. */
function checkStores({ broker, members, observer }: Running, { topology, config }: RunOptions): void {
  if (observer.lateWrites > 0 && config.processingGuarantee !== 'exactly_once_v2') return
  const plan = topology.plan(applicationId)
  for (const { name, disk } of members)
    for (const wrong of wrongStores(disk, plan, broker)) observer.violation(`the disk of ${name}: ${wrong}`)
}

function changelogsOf({ subtopologies }: TopologyPlan): ReadonlySet<string> {
  const stores = subtopologies.flatMap((subtopology) => subtopology.stores)
  return new Set(stores.flatMap(({ changelog }) => (changelog?.kind === 'source' ? [changelog.topic] : [])))
}

function inputTopics(topology: Topology): readonly string[] {
  return topology.plan(applicationId).subtopologies.flatMap(({ kind, sourceTopics }) => (kind === 'global' ? [] : sourceTopics))
}

/** A commit that comes late may have set the offset back, until the next record is committed. */
function lagging(broker: EmbeddedBroker, observer: Observer, topics: readonly string[]): readonly string[] {
  const partitions = topics.flatMap((topic) =>
    (broker.topics.get(topic)?.partitions ?? []).map((log, partition) => ({ topic, partition, log })),
  )
  return partitions.flatMap(({ topic, partition, log }) => {
    const committed = observer.highestCommit({ topic, partition }, broker.topics.topic(topic).id)
    const isDone = log.highWatermark === log.startOffset || committed >= endOfRecords(broker, { topic, partition })
    return isDone ? [] : [`${topic}-${partition} at ${committed} of ${log.startOffset}..${log.highWatermark}`]
  })
}

/** The offset behind the last record that readers of committed records get. Behind it there are markers at most. */
function endOfRecords(broker: EmbeddedBroker, partition: TopicPartition): number {
  return committedRecords(broker, partition).at(-1)?.nextOffset ?? 0
}

/** An application that is closed has no timer and no connection left. */
async function closeAll({ world, members, observer }: Running): Promise<void> {
  const closing = members.map(async (member) => {
    const process = await member.close()
    if (process === null) return
    const { name, liveTimers, openThings } = process
    if (liveTimers > 0) observer.violation(`${name} has ${liveTimers} timers after close`)
    if (openThings.length > 0) observer.violation(`${name} has open after close: ${openThings.join(', ')}`)
  })
  let isClosed = false
  void Promise.all(closing).then(() => (isClosed = true))
  if (!(await world.runUntil(world.now + 60_000, () => isClosed))) observer.violation('close takes more than a minute')
}
