import type { EmbeddedBroker } from '../../transport/embedded/embedded-broker.ts'
import type { StoredBatch } from '../../transport/embedded/stored-batch.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import { callsOf, crashPointsOf } from './calls.ts'
import type { UseOfTransactions } from './calls.ts'
import { mishaps } from './network-weather.ts'
import { topicIdOf } from './observer.ts'
import type { Hits, PortNetwork } from './port-network.ts'
import type { SimulatedMember } from './simulated-member.ts'
import type { CrashPoint } from './simulated-process.ts'
import type { WireNetwork } from './wire-network.ts'
import type { World } from './world.ts'

/** What faults act upon. */
export interface FaultyWorld {
  readonly world: World
  readonly members: readonly SimulatedMember[]
  readonly level: 'port' | 'wire'
  readonly network: PortNetwork
  /** The brokers of the wire level. */
  readonly wire: WireNetwork | null
  readonly broker: EmbeddedBroker
  readonly groupId: string
  /** When all faults have to be over. */
  readonly endMs: number
  /** The topics that are read again to restore stores. */
  readonly changelogs: ReadonlySet<string>
  /** Input topics that get partitions, and are deleted and created again. */
  readonly restless: readonly string[]
  /** Input topics whose partitions get leaders that lack their last records. */
  readonly forgetful: readonly string[]
  /** Called with what such a partition has lost. */
  readonly onLost: (partition: TopicPartition, lost: readonly StoredBatch[]) => void
  readonly hits: Hits
  /** Writes much input for so long. Undefined: transactions are not used, and none of their faults happen. */
  readonly burst: ((ms: number) => void) | undefined
}

type Fault = (of: FaultyWorld, member: SimulatedMember) => string

const between = ({ chance }: World, from: number, to: number): number => from + chance.float() * (to - from)

const drawn = <T>({ chance }: World, values: readonly T[]): T => values[Math.floor(chance.float() * values.length)]!

function hit({ hits }: FaultyWorld, what: string): void {
  hits.set(what, (hits.get(what) ?? 0) + 1)
}

/** What a process sends. Between two of its sends, what is written of one record is torn apart. */
const sends = { port: 'producer.send', wire: 'Produce' } as const

/** Any call, a send, or a call by its name, so that rare ones are hit, too. */
function drawnCall(of: FaultyWorld): { readonly call: string | null; readonly calls: number } {
  const { world, level } = of
  const dice = world.chance.float()
  const within = (count: number): number => Math.ceil(between(world, 0, count))
  if (dice < 0.35) return { call: null, calls: within(40) }
  if (dice < 0.6) return { call: sends[level], calls: within(12) }
  return { call: drawn(world, crashPointsOf(level, transactionsOf(of))), calls: within(2) }
}

/** Kills the process at one of its next calls, and starts it again later. */
function killAtCall(point: CrashPoint): Fault {
  return (of, member) => {
    const { world } = of
    const { call, calls } = drawnCall(of)
    member.process?.killAt({ point, call, calls }, (at) => {
      hit(of, `kill ${point} × ${at}`)
      member.died(between(world, 100, 20_000))
    })
    return `${member.name} will be killed ${point} its call ${calls} of ${call ?? 'any kind'} from now`
  }
}

function lasting(of: FaultyWorld, ms: number, label: string, end: () => void): void {
  of.world.schedule(ms, null, `${label} ends`, end)
}

/** Faults of both levels, by name. Each says what it does. */
const faultKinds: Readonly<Record<string, Fault>> = {
  'kill before': killAtCall('before'),
  'kill after': killAtCall('after'),
  stop: (of, member) => {
    const ms = Math.min(between(of.world, 500, 25_000), of.endMs - of.world.now)
    member.process?.stop(ms)
    return `${member.name} is stopped for ${ms.toFixed(0)} ms`
  },
  'slow loop': (of, member) => {
    const { process } = member
    const ms = between(of.world, 50, 400)
    const slow = (left: number): void => {
      process?.spend(ms)
      if (left > 0) of.world.schedule(ms * 2, process, `${member.name} is slow`, () => slow(left - 1))
    }
    slow(20)
    return `${member.name} is slow, ${ms.toFixed(0)} ms at a time`
  },
  'clock jump': (of, member) => {
    const ms = Math.round(between(of.world, -3_600_000, 3_600_000))
    member.process?.jump(ms)
    return `the clock of ${member.name} is set by ${ms} ms`
  },
  cut: (of, member) => {
    const ms = between(of.world, 500, 30_000)
    const name = member.process?.name ?? ''
    of.network.weather.cutUntil.set(name, of.world.now + ms)
    return `${name} reaches no broker for ${ms.toFixed(0)} ms`
  },
  outage: (of) => {
    const ms = between(of.world, 500, 20_000)
    of.network.weather.downUntil = of.world.now + ms
    return `the brokers are away for ${ms.toFixed(0)} ms`
  },
  loss: (of) => {
    const ms = between(of.world, 2000, 15_000)
    of.network.weather.lost = between(of.world, 0.02, 0.2)
    lasting(of, ms, 'loss', () => (of.network.weather.lost = 0))
    return `${(of.network.weather.lost * 100).toFixed(0)} % of messages are lost for ${ms.toFixed(0)} ms`
  },
  latency: (of) => {
    const ms = between(of.world, 2000, 15_000)
    of.network.weather.latencyMs = between(of.world, 20, 600)
    lasting(of, ms, 'latency', () => (of.network.weather.latencyMs = 2))
    return `messages take up to ${of.network.weather.latencyMs.toFixed(0)} ms for ${ms.toFixed(0)} ms`
  },
  mishap: (of) => {
    const mishap = drawn(of.world, mishaps)
    const call = drawn(of.world, callsOf(of.level, transactionsOf(of)))
    of.network.weather.plan(mishap, call)
    return `${mishap} of the next ${call}`
  },
  'full disk': (of, { disk, name }) => {
    const ms = between(of.world, 500, 15_000)
    disk.fill()
    lasting(of, ms, `full disk of ${name}`, () => disk.free())
    return `the disk of ${name} is full for ${ms.toFixed(0)} ms`
  },
  /** Deletes what the group has committed, as retention does in time. */
  retention: (of) => {
    const commits = of.broker.offsets.all(of.groupId)
    for (const { topic, partition, offset, metadata } of commits) {
      const log = of.broker.topics.get(topic)?.partitions[partition]
      if (log === undefined || offset <= log.startOffset || of.changelogs.has(topic)) continue
      // What was committed of a deleted topic says nothing of the one that has its name now.
      if (topicIdOf(metadata) !== of.broker.topics.topic(topic).id) continue
      // A log that was truncated may end before what is committed.
      const end = Math.min(offset, log.highWatermark)
      if (of.broker.topics.topic(topic).config.isDeleted) of.broker.deleteRecords({ topic, partition }, end)
    }
    return `retention deletes what is committed of ${commits.length} partitions`
  },
  compaction: (of) => {
    of.broker.clean()
    return 'compaction runs'
  },
  'coordinator moves': ({ wire, broker, groupId }) => {
    if (wire !== null) wire.moveCoordinator(groupId)
    else {
      broker.group(groupId).unload()
      broker.group(groupId).load()
    }
    return 'the group has another coordinator'
  },
  'rolling restart': (of, member) => {
    const { process } = member
    void member.close().then(() => {
      process?.kill()
      member.restartAfter(between(of.world, 10, 5000))
    })
    return `${member.name} is closed and started again`
  },
}

const partitionsMax = 6

/** What others do to input topics, in simulations that have restless ones. */
const topicKinds: Readonly<Record<string, Fault>> = {
  'partitions added': (of) => {
    const name = drawn(of.world, of.restless)
    const count = (of.broker.topics.get(name)?.partitions.length ?? partitionsMax) + 1
    if (count > partitionsMax) return `${name} is away, or has enough partitions`
    of.broker.topics.grow(name, count)
    return `${name} has ${count} partitions`
  },
  'topic re-created': (of) => {
    const name = drawn(of.world, of.restless)
    const partitions = of.broker.topics.get(name)?.partitions.length
    if (partitions === undefined) return `${name} is away already`
    of.broker.deleteTopic(name)
    const create = (): void => of.broker.createTopics([{ name, partitions }])
    const ms = of.world.chance.float() < 0.5 ? 0 : between(of.world, 100, 15_000)
    if (ms === 0) create()
    else lasting(of, ms, `absence of ${name}`, create)
    return `${name} is deleted, and created again after ${ms.toFixed(0)} ms`
  },
}

/** Faults that only the wire level has: there are several brokers. */
const wireKinds: Readonly<Record<string, Fault>> = {
  'broker away': ({ world, wire }) => {
    const ms = between(world, 500, 20_000)
    const nodes = wire!.nodes()
    const node = drawn(world, nodes)
    if (nodes.length === 1) return 'the last broker stays'
    wire!.stopBroker(node.nodeId)
    world.schedule(ms, null, `broker ${node.nodeId} is back`, () => wire!.startBroker(node.nodeId))
    return `broker ${node.nodeId} is away for ${ms.toFixed(0)} ms`
  },
  'leaders move': ({ wire }) => {
    wire!.moveLeaders()
    return 'all partitions have other leaders'
  },
}

/** Faults of transactions. */
const transactionKinds: Readonly<Record<string, Fault>> = {
  'transaction timeout': ({ world, broker }) => {
    const strike = (left: number): void => {
      if (broker.transactions.timeOut() > 0 || left === 0) return
      world.schedule(between(world, 1, 30), null, 'transaction timeout', () => strike(left - 1))
    }
    strike(300)
    return 'the next transactions that are open take too long'
  },
  /** A member comes, so that others give up tasks. One of these is killed right after it has committed, with much under way. */
  'kill in a rebalance': (of, member) => {
    const { world, level, burst, endMs } = of
    const victim = drawn(
      world,
      of.members.filter((each) => each !== member),
    )
    const [call, behind] = level === 'port' ? ['transactions.end', 'groupCoordinator.sync'] : ['EndTxn', 'SyncGroup']
    const calls = Math.ceil(between(world, 0, 3))
    void member.close().then(() => {
      member.process?.kill()
      member.onNextStart(() => {
        if (world.now > endMs) return
        burst?.(1500)
        victim.process?.killAt({ point: 'after', call, calls, behind }, () => {
          hit(of, `kill after × ${call}`)
          victim.died(between(world, 100, 20_000))
        })
      })
      member.restartAfter(between(world, 10, 5000))
    })
    return `${member.name} is started again; ${victim.name} will be killed after its transaction ${calls} of the rebalance`
  },
}

const lostMax = 10

/** What unclean elections do to input topics, in simulations of the wire that have forgetful ones. */
const electionKinds: Readonly<Record<string, Fault>> = {
  'truncated log': ({ world, wire, broker, forgetful, onLost }) => {
    const topic = drawn(world, forgetful)
    const partition = Math.floor(world.chance.float() * broker.topics.topic(topic).partitions.length)
    const { startOffset, highWatermark } = broker.topics.partition({ topic, partition })
    const from = Math.max(startOffset, highWatermark - Math.ceil(between(world, 0, lostMax)))
    onLost({ topic, partition }, wire!.electUncleanly({ topic, partition }, from))
    return `${topic}-${partition} has a leader whose log ends at ${from} instead of ${highWatermark}`
  },
}

const allKinds: Readonly<Record<string, Fault>> = {
  ...faultKinds,
  ...topicKinds,
  ...wireKinds,
  ...electionKinds,
  ...transactionKinds,
}

export function defaultKinds(
  level: 'port' | 'wire',
  topics: 'restless' | 'quiet',
  logs: 'forgetful' | 'safe',
  transactions: UseOfTransactions,
): readonly string[] {
  const ofTopics = topics === 'restless' ? topicKinds : {}
  const ofLogs = logs === 'forgetful' ? electionKinds : {}
  const ofTransactions = transactions === 'used' ? transactionKinds : {}
  return Object.keys({ ...faultKinds, ...ofTopics, ...(level === 'wire' ? { ...wireKinds, ...ofLogs } : {}), ...ofTransactions })
}

function transactionsOf({ burst }: FaultyWorld): UseOfTransactions {
  return burst === undefined ? 'unused' : 'used'
}

function kindsOf(of: FaultyWorld): readonly string[] {
  const { level, restless, forgetful } = of
  const topics = restless.length > 0 ? 'restless' : 'quiet'
  return defaultKinds(level, topics, forgetful.length > 0 ? 'forgetful' : 'safe', transactionsOf(of))
}

/** Draws when which fault happens to whom. */
export function planFaults(of: FaultyWorld, count: number, withinMs: number, kinds = kindsOf(of)): void {
  const { world, members } = of
  if (count > 0) planFirst(of, kinds)
  for (let left = count - 1; left > 0; left--) {
    const kind = drawn(world, kinds)
    const member = drawn(world, members)
    world.schedule(between(world, 0, withinMs), null, `fault ${kind}`, () => happens(of, kind, member))
  }
}

const kindsOfCalls: readonly string[] = ['kill before', 'kill after', 'mishap']

/** Some calls are made only by the first member of a group, when it starts. So one fault happens then, and is often that of a call. */
function planFirst(of: FaultyWorld, kinds: readonly string[]): void {
  const { world, members } = of
  const ofCalls = kinds.filter((kind) => kindsOfCalls.includes(kind))
  const kind = drawn(world, ofCalls.length > 0 && world.chance.float() < 0.5 ? ofCalls : kinds)
  let isFirst = true
  for (const member of members)
    member.onNextStart(() => {
      if (isFirst) happens(of, kind, member)
      isFirst = false
    })
}

function happens(of: FaultyWorld, kind: string, member: SimulatedMember): void {
  hit(of, kind)
  of.world.note(`FAULT ${allKinds[kind]!(of, member)}`)
}

/** All that lasts ends now, and all members run again. */
export function endFaults({ network, wire, members }: FaultyWorld): void {
  network.weather.clear()
  wire?.startAll()
  for (const member of members) {
    member.disk.free()
    member.process?.spare()
    if (member.process === null) member.restartAfter(100)
  }
}
