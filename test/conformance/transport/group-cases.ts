import type { Test } from 'tap'
import type { Cluster } from '../../../lib/transport/cluster.ts'
import type { GroupCoordinator, GroupIdentity, JoinRequest, JoinResponse } from '../../../lib/transport/group-coordinator.ts'
import type { TransportCase } from './transport-case.ts'
import { bytes, client, newTopic, text, unique } from './transport-case.ts'

async function openGroup(t: Test, cluster: Cluster, groupId: string): Promise<GroupCoordinator> {
  const coordinator = await cluster.groupCoordinator({ ...client, groupId })
  t.teardown(() => coordinator.close())
  return coordinator
}

function joinRequest(groupId: string, memberId: string, metadata: string): JoinRequest {
  return {
    groupId,
    memberId,
    groupInstanceId: null,
    sessionTimeoutMs: 30_000,
    rebalanceTimeoutMs: 30_000,
    // No consumer: what members say of themselves here is no subscription, which Kafka before version 4 would read.
    protocolType: 'suite',
    protocols: [{ name: 'suite', metadata: bytes(metadata) }],
  }
}

function identityOf(groupId: string, { generationId, memberId }: JoinResponse): GroupIdentity {
  return { groupId, generationId, memberId, groupInstanceId: null }
}

/** One member alone, at a stable generation. */
async function joinAlone(coordinator: GroupCoordinator, groupId: string) {
  const joined = await coordinator.join(joinRequest(groupId, '', 'first'))
  const identity = identityOf(groupId, joined)
  const assignment = await coordinator.sync(identity, [{ memberId: joined.memberId, assignment: bytes('all') }])
  return { joined, identity, assignment }
}

/** Two members in one generation: the first heartbeats until it learns of the second, and joins again. */
async function joinTwo(t: Test, cluster: Cluster, groupId: string) {
  const [left, right] = [await openGroup(t, cluster, groupId), await openGroup(t, cluster, groupId)]
  const { joined, identity } = await joinAlone(left, groupId)
  const second = right.join(joinRequest(groupId, '', 'second'))
  await untilRebalance(left, identity)
  const [first, other] = await Promise.all([left.join(joinRequest(groupId, joined.memberId, 'first again')), second])
  return { left, right, first, other, old: identity }
}

async function untilRebalance(coordinator: GroupCoordinator, identity: GroupIdentity): Promise<void> {
  for (;;) {
    const error: unknown = await coordinator.heartbeat(identity).then(
      () => null,
      (reason: unknown) => reason,
    )
    if (error === null) continue
    if ((error as { kind?: string }).kind === 'rebalance') return
    throw error
  }
}

export const groupCases: Readonly<Record<string, TransportCase>> = {
  'a lone member leads, assigns to itself, heartbeats and leaves': async (t, cluster) => {
    const groupId = unique('group')
    const coordinator = await openGroup(t, cluster, groupId)
    const { joined, identity, assignment } = await joinAlone(coordinator, groupId)
    t.equal(joined.leaderId, joined.memberId)
    t.equal(joined.protocolName, 'suite')
    t.same(
      joined.members.map(({ memberId, metadata }) => [memberId, text(metadata)]),
      [[joined.memberId, 'first']],
    )
    t.equal(text(assignment), 'all')
    await coordinator.heartbeat(identity)
    await coordinator.leave(identity)
    await t.rejects(coordinator.heartbeat(identity), { code: 'TRANSPORT_UNKNOWN_MEMBER_ID', kind: 'fenced' })
  },

  'the leader sees what all members say, and each gets its own assignment whole': async (t, cluster) => {
    const groupId = unique('group')
    const { left, right, first, other } = await joinTwo(t, cluster, groupId)
    t.equal(first.generationId, other.generationId)
    t.equal(first.leaderId, other.leaderId)
    const [leader, follower] = first.members.length > 0 ? [first, other] : [other, first]
    t.same(follower.members, [])
    t.same(leader.members.map(({ metadata }) => text(metadata)).sort(), ['first again', 'second'])
    const assignments = leader.members.map(({ memberId }) => ({ memberId, assignment: bytes(`for ${memberId}`) }))
    const forLeader = (response: JoinResponse) => (response === leader ? assignments : [])
    const got = await Promise.all([
      left.sync(identityOf(groupId, first), forLeader(first)),
      right.sync(identityOf(groupId, other), forLeader(other)),
    ])
    t.same(got.map(text), [`for ${first.memberId}`, `for ${other.memberId}`])
  },

  'an old generation is fenced': async (t, cluster) => {
    const groupId = unique('group')
    const topic = await newTopic(t, cluster)
    const { left, first, other, old, right } = await joinTwo(t, cluster, groupId)
    const leader = first.members.length > 0 ? first : other
    const assignments = leader.members.map(({ memberId }) => ({ memberId, assignment: bytes('x') }))
    await Promise.all([
      left.sync(identityOf(groupId, first), leader === first ? assignments : []),
      right.sync(identityOf(groupId, other), leader === other ? assignments : []),
    ])
    const offset = { topic, partition: 0, offset: 1, leaderEpoch: -1, metadata: '' }
    await t.rejects(left.commitOffsets(old, [offset]), { code: 'TRANSPORT_ILLEGAL_GENERATION', kind: 'fenced' })
    await t.rejects(left.heartbeat(old), { code: 'TRANSPORT_ILLEGAL_GENERATION', kind: 'fenced' })
    await left.commitOffsets(identityOf(groupId, first), [offset])
    await t.rejects(left.join(joinRequest(groupId, 'nobody', 'x')), { code: 'TRANSPORT_UNKNOWN_MEMBER_ID', kind: 'fenced' })
  },

  'a member that leaves makes the others join again': async (t, cluster) => {
    const groupId = unique('group')
    const { left, right, first, other } = await joinTwo(t, cluster, groupId)
    const leader = first.members.length > 0 ? first : other
    const assignments = leader.members.map(({ memberId }) => ({ memberId, assignment: bytes('x') }))
    await Promise.all([
      left.sync(identityOf(groupId, first), leader === first ? assignments : []),
      right.sync(identityOf(groupId, other), leader === other ? assignments : []),
    ])
    await right.leave(identityOf(groupId, other))
    await untilRebalance(left, identityOf(groupId, first))
    const again = await left.join(joinRequest(groupId, first.memberId, 'alone'))
    t.same(
      again.members.map(({ memberId }) => memberId),
      [first.memberId],
    )
    t.ok(again.generationId > first.generationId)
  },

  'committed offsets keep metadata and leader epoch': async (t, cluster) => {
    const groupId = unique('group')
    const topic = await newTopic(t, cluster, 2)
    const coordinator = await openGroup(t, cluster, groupId)
    const { identity } = await joinAlone(coordinator, groupId)
    const commit = { topic, partition: 1, offset: 12, leaderEpoch: 0, metadata: 'AgAAAY==' }
    await coordinator.commitOffsets(identity, [commit])
    const admin = await cluster.admin(client)
    const partitions = [0, 1].map((partition) => ({ topic, partition }))
    for (const read of ['stable', 'any'] as const) t.same(await admin.committedOffsets(groupId, partitions, read), [commit])
    t.same(await admin.committedOffsets(unique('group'), partitions, 'any'), [])
    await t.rejects(admin.deleteGroup(groupId), { code: 'TRANSPORT_NON_EMPTY_GROUP' })
    await coordinator.leave(identity)
    await admin.deleteGroup(groupId)
    t.same(await admin.committedOffsets(groupId, partitions, 'any'), [])
    await admin.close()
  },

  'an offset of a topic that is not there is refused': async (t, cluster) => {
    const groupId = unique('group')
    const coordinator = await openGroup(t, cluster, groupId)
    const { identity } = await joinAlone(coordinator, groupId)
    const commit = { topic: unique('missing'), partition: 0, offset: 1, leaderEpoch: -1, metadata: '' }
    await t.rejects(coordinator.commitOffsets(identity, [commit]), { code: 'TRANSPORT_UNKNOWN_TOPIC_OR_PARTITION' })
  },
}
