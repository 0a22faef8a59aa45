import type { Test } from 'tap'
import type { TopicPartition } from '../../../lib/model/topic-partition.ts'
import { partitionKey } from '../../../lib/model/topic-partition.ts'
import type { Cluster } from '../../../lib/transport/cluster.ts'
import { assignCooperativeSticky, cooperativeSticky } from '../../../lib/transport/group/cooperative-sticky-assignor.ts'
import { GroupMember } from '../../../lib/transport/group/group-member.ts'
import type { PassTime, TransportCase } from './transport-case.ts'
import { bytes, client, newTopic, text, unique } from './transport-case.ts'

/** Partitions by owner, over all members: an owner is there from `onAssigned` until `onRevoked` has ended. */
class Ownership {
  readonly owners = new Map<string, string>()
  readonly conflicts: string[] = []

  take(name: string, partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) {
      const key = partitionKey(partition)
      const owner = this.owners.get(key)
      if (owner !== undefined) this.conflicts.push(`${name} got ${key}, which ${owner} has`)
      this.owners.set(key, name)
    }
  }

  release(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.owners.delete(partitionKey(partition))
  }

  counts(): number[] {
    const counts = new Map<string, number>()
    for (const owner of this.owners.values()) counts.set(owner, (counts.get(owner) ?? 0) + 1)
    return [...counts.values()].sort()
  }
}

interface Group {
  readonly groupId: string
  readonly topic: string
  readonly partitions: number
  readonly ownership: Ownership
}

async function newGroup(t: Test, cluster: Cluster, partitions: number): Promise<Group> {
  return { groupId: unique('group'), topic: await newTopic(t, cluster, partitions), partitions, ownership: new Ownership() }
}

async function join(t: Test, cluster: Cluster, { groupId, topic, partitions, ownership }: Group, name: string) {
  const coordinator = await cluster.groupCoordinator({ ...client, groupId })
  t.teardown(() => coordinator.close())
  const told: (string | null)[] = []
  const heard: string[][] = []
  const member = new GroupMember({
    coordinator,
    clock: cluster.clock,
    groupId,
    groupInstanceId: null,
    protocolName: cooperativeSticky,
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 30_000,
    heartbeatIntervalMs: 300,
    retryBackoffMs: 100,
    listener: {
      subscription: async () => ({ topics: [topic], userData: bytes(name) }),
      assign: async (members) => {
        heard.push(members.map(({ userData }) => text(userData) ?? '').sort())
        const shares = assignCooperativeSticky(members, new Map([[topic, partitions]]))
        return new Map([...shares].map(([id, some]) => [id, { partitions: some, userData: bytes(`${members.length} members`) }]))
      },
      onRevoked: async (revoked) => ownership.release(revoked),
      onLost: async (lost) => ownership.release(lost),
      onAssigned: async ({ added, userData }) => {
        told.push(text(userData))
        ownership.take(name, added)
      },
    },
  })
  // The tests await `leave`, which rejects as `run` does.
  member.run().catch(() => undefined)
  return { member, told, heard }
}

/** Lets time pass until it holds; the test's own timeout ends what never does. */
async function until(passTime: PassTime, condition: () => boolean): Promise<void> {
  while (!condition()) await passTime(100)
}

export const memberCases: Readonly<Record<string, TransportCase>> = {
  'members share partitions cooperatively, and no partition has two owners': async (t, cluster, passTime) => {
    const group = await newGroup(t, cluster, 6)
    const { ownership } = group
    const a = await join(t, cluster, group, 'a')
    await until(passTime, () => ownership.owners.size === 6)
    const b = await join(t, cluster, group, 'b')
    await until(passTime, () => ownership.counts().join() === '3,3')
    const c = await join(t, cluster, group, 'c')
    await until(passTime, () => ownership.counts().join() === '2,2,2')
    await a.member.leave()
    await until(passTime, () => ownership.counts().join() === '3,3')
    await b.member.leave()
    await until(passTime, () => ownership.counts().join() === '6')
    await c.member.leave()
    t.equal(ownership.owners.size, 0)
    t.same(ownership.conflicts, [])
  },

  'what members tell of themselves reaches the leader, and what it tells them each member': async (t, cluster, passTime) => {
    const group = await newGroup(t, cluster, 2)
    const members = [await join(t, cluster, group, 'a'), await join(t, cluster, group, 'b')]
    await until(passTime, () => group.ownership.counts().join() === '1,1')
    await until(passTime, () => members.every(({ told }) => told.at(-1) === '2 members'))
    t.ok(members.some(({ heard }) => heard.some((names) => names.join() === 'a,b')))
    for (const { member } of members) await member.leave()
  },

  'a rejoin that is requested is a new generation, and what was owned stays': async (t, cluster, passTime) => {
    const group = await newGroup(t, cluster, 2)
    const { member, told } = await join(t, cluster, group, 'a')
    await until(passTime, () => told.length === 1)
    const { generationId } = member.identity
    member.requestRejoin()
    await until(passTime, () => told.length === 2)
    t.ok(member.identity.generationId > generationId)
    t.equal(group.ownership.owners.size, 2)
    t.same(group.ownership.conflicts, [])
    await member.leave()
  },

  'a member commits as itself, and no longer once it has left': async (t, cluster, passTime) => {
    const group = await newGroup(t, cluster, 1)
    const { member, told } = await join(t, cluster, group, 'a')
    await until(passTime, () => told.length === 1)
    const commit = { topic: group.topic, partition: 0, offset: 3, leaderEpoch: -1, metadata: 'm' }
    await member.commit([commit])
    const admin = await cluster.admin(client)
    t.match(await admin.committedOffsets(group.groupId, [commit], 'any'), [{ offset: 3, metadata: 'm' }])
    await member.leave()
    await t.rejects(member.commit([commit]), { code: 'TRANSPORT_UNKNOWN_MEMBER_ID', kind: 'fenced' })
    await admin.close()
  },
}
