import type { Test } from 'tap'
import { seededChance } from '../../../lib/clock/chance.ts'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import { TransportError } from '../../../lib/model/errors.ts'
import type { TopicPartition } from '../../../lib/model/topic-partition.ts'
import { assignCooperativeSticky } from '../../../lib/transport/group/cooperative-sticky-assignor.ts'
import { EmbeddedCluster } from '../../../lib/transport/embedded/embedded-cluster.ts'
import type { GroupCoordinator } from '../../../lib/transport/group-coordinator.ts'
import type { GroupMemberListener, GroupMemberOptions } from '../../../lib/transport/group/group-member-options.ts'
import { GroupMember } from '../../../lib/transport/group/group-member.ts'

/** Lets everything happen that needs no time. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

export async function openGroup(t: Test, partitions = 4) {
  const clock = new ManualClock(1_000_000)
  const cluster = new EmbeddedCluster({ clock, chance: seededChance(7) })
  t.teardown(() => cluster.close())
  cluster.broker.createTopics([{ name: 'in', partitions }])
  const advance = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 500) {
      clock.advance(Math.min(left, 500))
      await settle()
    }
  }
  const join = (name: string, listener: Partial<GroupMemberListener> = {}, options: Partial<GroupMemberOptions> = {}) =>
    joinGroup(cluster, name, partitions, listener, options)
  return { cluster, clock, advance, join }
}

async function joinGroup(
  cluster: EmbeddedCluster,
  name: string,
  partitions: number,
  listener: Partial<GroupMemberListener>,
  options: Partial<GroupMemberOptions>,
) {
  const events: string[] = []
  const note = (event: string, some: readonly TopicPartition[]): void =>
    void events.push(`${event} ${some.map(({ partition }) => partition).join(',')}`)
  const member: GroupMember = new GroupMember({
    coordinator: options.coordinator ?? (await cluster.groupCoordinator({ clientId: name, groupId: 'group' })),
    clock: cluster.clock,
    groupId: 'group',
    groupInstanceId: null,
    protocolName: 'suite',
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 60_000,
    heartbeatIntervalMs: 3_000,
    retryBackoffMs: 100,
    ...options,
    listener: {
      subscription: async () => ({ topics: ['in'], userData: Buffer.from(`from ${name}`) }),
      assign: async (members) => {
        events.push(
          `assign ${members
            .map(({ userData }) => Buffer.from(userData ?? '').toString())
            .sort()
            .join(' and ')}`,
        )
        const shares = assignCooperativeSticky(members, new Map([['in', partitions]]))
        return new Map(
          [...shares].map(([id, some]) => [id, { partitions: some, userData: Buffer.from(`${some.length} for you`) }]),
        )
      },
      onRevoked: async (some) => note('revoked', some),
      onAssigned: async ({ added, userData }) => note(`assigned (${Buffer.from(userData!).toString()})`, added),
      onLost: async (some) => note('lost', some),
      ...listener,
    },
  })
  const ended = member.run().then(
    () => 'left',
    (error: unknown) => error,
  )
  await settle()
  const owned = (): number[] => member.ownedPartitions.map(({ partition }) => partition)
  return { member, events, ended, owned }
}

export const offset = { topic: 'in', partition: 0, offset: 1, leaderEpoch: -1, metadata: '' }

/** A coordinator whose answers the test changes. Calls that it lets through are written down. */
export async function openCoordinator(cluster: EmbeddedCluster, answers: Partial<GroupCoordinator> = {}) {
  const real = await cluster.groupCoordinator({ clientId: 'a', groupId: 'group' })
  const calls: string[] = []
  const coordinator: GroupCoordinator = {
    join: (request, onMemberId) => (calls.push('join'), (answers.join ?? real.join.bind(real))(request, onMemberId)),
    sync: (identity, assignments) => (calls.push('sync'), (answers.sync ?? real.sync.bind(real))(identity, assignments)),
    heartbeat: (identity) => (answers.heartbeat ?? real.heartbeat.bind(real))(identity),
    leave: (identity) => (calls.push('leave'), (answers.leave ?? real.leave.bind(real))(identity)),
    commitOffsets: (identity, offsets) => (
      calls.push('commit'),
      (answers.commitOffsets ?? real.commitOffsets.bind(real))(identity, offsets)
    ),
    close: () => real.close(),
  }
  return { coordinator, calls, answers }
}

/** Another member joins, and never again. So the next join of the first member waits for it. */
export async function joinOnce(cluster: EmbeddedCluster, memberId = '') {
  const other = await cluster.groupCoordinator({ clientId: 'once', groupId: 'group' })
  const protocols = [{ name: 'suite', metadata: Buffer.from('000300000000ffffffff00000000ffffffffffff', 'hex') }]
  const times = { sessionTimeoutMs: 600_000, rebalanceTimeoutMs: 60_000 }
  const joined = other.join({ groupId: 'group', memberId, groupInstanceId: null, ...times, protocolType: 'consumer', protocols })
  joined.catch(() => undefined)
  return joined
}

export const refusal = (code: string, kind: 'fenced' | 'rebalance' | 'retriable') =>
  new TransportError(`TRANSPORT_${code}` as 'TRANSPORT_ILLEGAL_GENERATION', kind, `A refusal of this test: ${code}.`)
