import t from 'tap'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import { partitionKey } from '../../../lib/model/topic-partition.ts'
import type { GroupCoordinator } from '../../../lib/transport/group-coordinator.ts'
import type { GroupMemberListener } from '../../../lib/transport/group/group-member-options.ts'
import { GroupMember } from '../../../lib/transport/group/group-member.ts'
import { openGroup, settle } from './group-fixture.ts'

t.test('a lone member gets everything, and userData goes both ways', async (t) => {
  const { join } = await openGroup(t)
  const { member, events, ended } = await join('a')
  t.same(events, ['assign from a', 'assigned (4 for you) 0,1,2,3'])
  await member.leave()
  t.equal(events.at(-1), 'revoked 0,1,2,3')
  t.equal(await ended, 'left')
})

t.test('a second member gets its share only after the first let go of it', async (t) => {
  const { join, advance } = await openGroup(t)
  const a = await join('a')
  const b = await join('b')
  await advance(3_000)
  t.same(a.events.slice(2), ['assign from a and from b', 'revoked 2,3', 'assigned (2 for you) '])
  t.same([a.owned(), b.owned()], [[0, 1], []])
  await advance(3_000)
  t.same(a.events.slice(5), ['assign from a and from b', 'assigned (2 for you) '])
  t.same(
    [a.owned(), b.owned()],
    [
      [0, 1],
      [2, 3],
    ],
  )
  await a.member.leave()
  await advance(6_000)
  t.same(b.owned(), [0, 1, 2, 3])
  await b.member.leave()
})

t.test('three members come, and no partition ever has two owners', async (t) => {
  const { join, advance } = await openGroup(t, 7)
  const owners = new Map<string, string>()
  const tracked = (name: string): Partial<GroupMemberListener> => ({
    onAssigned: async ({ added }) => {
      for (const partition of added) {
        t.notOk(owners.has(partitionKey(partition)), 'it was free')
        owners.set(partitionKey(partition), name)
      }
    },
    onRevoked: async (revoked) => {
      await settle()
      for (const partition of revoked) owners.delete(partitionKey(partition))
    },
  })
  const members = [await join('a', tracked('a')), await join('b', tracked('b'))]
  await advance(5_000)
  members.push(await join('c', tracked('c')))
  await advance(20_000)
  t.same(members.map(({ owned }) => owned().length).sort(), [2, 2, 3])
  t.equal(owners.size, 7)
  await members[0]!.member.leave()
  await advance(20_000)
  t.same(
    members
      .slice(1)
      .map(({ owned }) => owned().length)
      .sort(),
    [3, 4],
  )
  await members[1]!.member.leave()
  await members[2]!.member.leave()
})

t.test('heartbeats go on while a callback is busy for longer than the session', async (t) => {
  const { join, advance, clock } = await openGroup(t)
  const busy = Promise.withResolvers<void>()
  const { member, events } = await join('a', { onAssigned: () => busy.promise })
  await advance(50_000)
  busy.resolve()
  await settle()
  t.notOk(events.some((event) => event.startsWith('lost')))
  await member.commit([{ topic: 'in', partition: 0, offset: 1, leaderEpoch: -1, metadata: `${clock.now()}` }])
  await member.leave()
})

t.test('a rejoin that is requested takes the new subscription', async (t) => {
  const { join } = await openGroup(t)
  let round = 0
  const { member, events } = await join('a', {
    subscription: async () => ({ topics: ['in'], userData: Buffer.from(`round ${round++}`) }),
  })
  member.requestRejoin()
  await settle()
  t.same(
    events.filter((event) => event.startsWith('assign ')),
    ['assign round 0', 'assign round 1'],
  )
  await member.leave()
})

t.test('a member whose session expired at the coordinator loses all, and joins anew', async (t) => {
  const { cluster, join, advance } = await openGroup(t)
  const { member, events } = await join('a')
  const { memberId, generationId } = member.identity
  cluster.broker.group('group').leave(member.identity)
  await t.rejects(member.commit([{ topic: 'in', partition: 0, offset: 1, leaderEpoch: -1, metadata: '' }]), {
    code: 'TRANSPORT_UNKNOWN_MEMBER_ID',
  })
  await advance(500)
  t.same(events.slice(2), ['lost 0,1,2,3', 'assign from a', 'assigned (4 for you) 0,1,2,3'])
  t.not(member.identity.memberId, memberId)
  t.ok(member.identity.generationId > generationId)
  await member.leave()
})

t.test('a member that hears nothing from its coordinator for a session knows that it lost all', async (t) => {
  const { cluster, join, advance } = await openGroup(t)
  const real = await cluster.groupCoordinator({ clientId: 'a', groupId: 'group' })
  let isMute = false
  const never = new Promise<never>(() => undefined)
  const coordinator: GroupCoordinator = {
    join: (request) => real.join(request),
    sync: (identity, assignments) => real.sync(identity, assignments),
    heartbeat: (identity) => (isMute ? never : real.heartbeat(identity)),
    leave: (identity) => real.leave(identity),
    commitOffsets: (identity, offsets) => real.commitOffsets(identity, offsets),
    close: () => real.close(),
  }
  const { member, events } = await join('a', {}, { coordinator })
  isMute = true
  await advance(12_000)
  t.equal(events[2], 'lost 0,1,2,3')
  t.equal(events.at(-1), 'assigned (4 for you) 0,1,2,3')
  await member.leave()
})

t.test('a member that no longer runs is expelled, and the others get what it had', async (t) => {
  const { cluster, join, advance } = await openGroup(t)
  const a = await join('a')
  // A zombie: it joins once and is never heard of again.
  const zombie = await cluster.groupCoordinator({ clientId: 'zombie', groupId: 'group' })
  const dead = new GroupMember({
    coordinator: {
      ...zombie,
      join: (request) => zombie.join(request),
      sync: (i, s) => zombie.sync(i, s),
      heartbeat: () => new Promise(() => undefined),
      leave: (i) => zombie.leave(i),
      commitOffsets: (i, o) => zombie.commitOffsets(i, o),
      close: () => zombie.close(),
    },
    clock: new ManualClock(0),
    groupId: 'group',
    groupInstanceId: null,
    protocolName: 'suite',
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 60_000,
    heartbeatIntervalMs: 3_000,
    retryBackoffMs: 100,
    listener: {
      subscription: async () => ({ topics: ['in'], userData: Buffer.from('from zombie') }),
      assign: async () => new Map(),
      onRevoked: async () => undefined,
      onAssigned: async () => undefined,
      onLost: async () => undefined,
    },
  })
  void dead.run()
  await settle()
  await advance(4_000)
  t.same(a.owned(), [0, 1])
  await advance(90_000)
  t.same(a.owned(), [0, 1, 2, 3])
  await a.member.leave()
})

t.test('leaving while a join waits for others does not wait for them', async (t) => {
  const { cluster, join, advance } = await openGroup(t)
  const { member, ended, events } = await join('a')
  const other = await cluster.groupCoordinator({ clientId: 'b', groupId: 'group' })
  const protocols = [{ name: 'suite', metadata: Buffer.from('000300000000ffffffff00000000ffffffffffff', 'hex') }]
  void other.join({
    groupId: 'group',
    memberId: '',
    groupInstanceId: null,
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 60_000,
    protocolType: 'consumer',
    protocols,
  })
  await advance(3_000)
  // Now both are in a generation, and the other one will not join again.
  member.requestRejoin()
  await settle()
  await member.leave()
  t.equal(await ended, 'left')
  t.equal(events.at(-1), 'revoked 0,1,2,3')
})

t.test('an error of the listener ends the membership, and is what run rejects with', async (t) => {
  const { join } = await openGroup(t)
  const failure = new Error('broken')
  const { ended, events } = await join('a', { onAssigned: () => Promise.reject(failure) })
  t.equal(await ended, failure)
  t.equal(events.at(-1), 'lost 0,1,2,3')
})

t.test('a static member that was replaced ends, and does not fight back', async (t) => {
  const { join, advance } = await openGroup(t)
  const a = await join('a', {}, { groupInstanceId: 'one' })
  const b = await join('b', {}, { groupInstanceId: 'one' })
  await advance(3_000)
  t.match(await a.ended, { kind: 'fenced' })
  t.same(b.owned(), [0, 1, 2, 3])
  await b.member.leave()
})
