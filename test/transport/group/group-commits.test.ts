import t from 'tap'
import type { GroupMemberListener } from '../../../lib/transport/group/group-member-options.ts'
import { joinOnce, offset, openCoordinator, openGroup, refusal, settle } from './group-fixture.ts'

t.test('while a join waits for others no commit is sent; after the assignment commits go through', async (t) => {
  const { cluster, join, advance } = await openGroup(t)
  const { coordinator, calls } = await openCoordinator(cluster)
  const { member, events } = await join('a', {}, { coordinator })
  void joinOnce(cluster)
  await advance(3_000)
  member.requestRejoin()
  await settle()
  calls.length = 0
  t.notOk(member.canCommit)
  await t.rejects(member.commit([offset]), { kind: 'rebalance', code: 'TRANSPORT_REBALANCE_IN_PROGRESS' })
  t.same(calls, [])
  await advance(62_000)
  t.ok(member.canCommit)
  await member.commit([offset])
  t.same(calls, ['sync', 'commit'].concat(calls.slice(2)))
  t.notOk(events.some((event) => event.startsWith('lost')))
  await member.leave()
})

t.test('a join waits for the answer to a commit that is under way', async (t) => {
  const { cluster, join } = await openGroup(t)
  const answered = Promise.withResolvers<void>()
  const { coordinator, calls } = await openCoordinator(cluster, { commitOffsets: () => answered.promise })
  const { member } = await join('a', {}, { coordinator })
  calls.length = 0
  const committed = member.commit([offset])
  member.requestRejoin()
  await settle()
  t.same(calls, ['commit'])
  answered.resolve()
  await committed
  await settle()
  t.same(calls, ['commit', 'join', 'sync'])
  await member.leave()
})

t.test('a commit that is refused for its generation loses nothing: the member joins again with its partitions', async (t) => {
  const { cluster, join, advance } = await openGroup(t)
  const { coordinator, calls, answers } = await openCoordinator(cluster)
  const { member, events, owned } = await join('a', {}, { coordinator })
  answers.commitOffsets = () => Promise.reject(refusal('ILLEGAL_GENERATION', 'fenced'))
  await t.rejects(member.commit([offset]), { code: 'TRANSPORT_ILLEGAL_GENERATION' })
  delete answers.commitOffsets
  await advance(500)
  t.same(events.slice(2), ['assign from a', 'assigned (4 for you) '])
  t.same(owned(), [0, 1, 2, 3])
  await member.commit([offset])
  t.equal(calls.filter((call) => call === 'join').length, 2)
  await member.leave()
})

t.test('after a commit that was refused for its generation none is sent until the member has joined again', async (t) => {
  const { cluster, join, advance } = await openGroup(t)
  const { coordinator, calls, answers } = await openCoordinator(cluster)
  const unsent: boolean[] = []
  const last = async (): Promise<void> => {
    const { member } = await joined
    const sent = calls.length
    await member.commit([offset]).catch(() => undefined)
    unsent.push(calls.length === sent)
  }
  let isRefused = false
  const subscription = async () => {
    if (isRefused) await last()
    return { topics: ['in'], userData: Buffer.from('from a') }
  }
  const joined = join('a', { subscription }, { coordinator })
  const { member } = await joined
  answers.commitOffsets = () => Promise.reject(refusal('ILLEGAL_GENERATION', 'fenced'))
  isRefused = true
  await t.rejects(member.commit([offset]), { code: 'TRANSPORT_ILLEGAL_GENERATION' })
  t.notOk(member.canCommit)
  delete answers.commitOffsets
  await advance(500)
  t.same(unsent, [true], 'the commit before the join is not sent either')
  t.ok(member.canCommit)
  await member.commit([offset])
  await member.leave()
})

t.test('a commit that is refused because the group rebalances is no reason for another rebalance', async (t) => {
  const { cluster, join, advance } = await openGroup(t)
  const { coordinator, calls, answers } = await openCoordinator(cluster)
  const { member } = await join('a', {}, { coordinator })
  answers.commitOffsets = () => Promise.reject(refusal('REBALANCE_IN_PROGRESS', 'rebalance'))
  await t.rejects(member.commit([offset]), { code: 'TRANSPORT_REBALANCE_IN_PROGRESS' })
  await advance(1000)
  t.equal(calls.filter((call) => call === 'join').length, 1)
  await member.leave()
})

t.test('heartbeats go on after REBALANCE_IN_PROGRESS while a callback is busy, and one join is the answer to all', async (t) => {
  const { cluster, join, advance } = await openGroup(t)
  const busy = Promise.withResolvers<void>()
  let isBusy = false
  const { coordinator, calls } = await openCoordinator(cluster)
  const listener: Partial<GroupMemberListener> = {
    subscription: async () => {
      if (isBusy) await busy.promise
      return { topics: ['in'], userData: Buffer.from('from a') }
    },
  }
  const { member, events } = await join('a', listener, { coordinator })
  isBusy = true
  void joinOnce(cluster)
  await advance(30_000)
  calls.length = 0
  isBusy = false
  busy.resolve()
  await settle()
  t.notOk(events.some((event) => event.startsWith('lost')))
  t.same(calls, ['join', 'sync'])
  await member.leave()
})

t.test('leaving during the first join neither waits for others nor leaves a member behind', async (t) => {
  const { cluster, join } = await openGroup(t)
  const { memberId } = await joinOnce(cluster)
  const { member, ended } = await join('a')
  await member.leave()
  t.equal(await ended, 'left')
  const { members } = await joinOnce(cluster, memberId)
  t.same(members.map((each) => each.memberId), [memberId]) // prettier-ignore
})

t.test('a join that breaks after it has waited for longer than a session loses nothing', async (t) => {
  const { cluster, join, advance } = await openGroup(t)
  const { coordinator, answers } = await openCoordinator(cluster)
  const { member, events, owned } = await join('a', {}, { coordinator })
  void joinOnce(cluster)
  await advance(3_000)
  const waiting = Promise.withResolvers<never>()
  const real = await cluster.groupCoordinator({ clientId: 'a', groupId: 'group' })
  answers.join = (request) => {
    real.join(request).catch(() => undefined)
    return waiting.promise
  }
  member.requestRejoin()
  await advance(30_000)
  delete answers.join
  waiting.reject(refusal('NETWORK_EXCEPTION', 'retriable'))
  await advance(1000)
  t.notOk(events.some((event) => event.startsWith('lost')))
  t.same(owned(), [0, 1, 2, 3])
  await member.leave()
})

t.test('leaving does not wait for a coordinator that is silent', async (t) => {
  const { cluster, join, advance } = await openGroup(t)
  const { coordinator, answers } = await openCoordinator(cluster)
  const { member, ended } = await join('a', {}, { coordinator })
  answers.leave = () => new Promise(() => undefined)
  void member.leave()
  await advance(5_500)
  t.equal(await ended, 'left')
})

t.test('a member says why it lost its partitions', async (t) => {
  const { cluster, join, advance } = await openGroup(t)
  const { coordinator, answers } = await openCoordinator(cluster)
  const reasons: string[] = []
  const { member } = await join('a', { onLost: async (_, reason) => void reasons.push(reason) }, { coordinator })
  answers.heartbeat = async (identity) => {
    await coordinator.leave(identity)
    throw refusal('UNKNOWN_MEMBER_ID', 'fenced')
  }
  await advance(3_000)
  answers.heartbeat = () => new Promise(() => undefined)
  await advance(14_000)
  t.same(reasons, ['A refusal of this test: UNKNOWN_MEMBER_ID.', 'The coordinator has not answered for 10000 ms.'])
  await member.leave()
})

t.test(
  'a member whose listener hangs gives up: others get its partitions, and it joins anew when the listener is back',
  async (t) => {
    const { cluster, join, advance } = await openGroup(t)
    const { coordinator } = await openCoordinator(cluster)
    const hung = Promise.withResolvers<void>()
    let hangs = false
    const subscription = async () => {
      if (hangs) await hung.promise
      return { topics: ['in'], userData: Buffer.from('from a') }
    }
    const a = await join('a', { subscription }, { coordinator })
    const b = await join('b')
    await advance(6_000)
    t.same([a.owned(), b.owned()], [[0, 1], [2, 3]]) // prettier-ignore
    hangs = true
    a.member.requestRejoin()
    await advance(1_000)
    a.member.giveUp('The loop hangs.')
    await advance(6_000)
    t.same(b.owned(), [0, 1, 2, 3])
    await t.rejects(a.member.commit([offset]), { code: 'TRANSPORT_UNKNOWN_MEMBER_ID' })
    hung.resolve()
    hangs = false
    await advance(9_000)
    t.ok(a.events.includes('lost 0,1'))
    t.same([a.owned().length, b.owned().length], [2, 2])
    await a.member.leave()
    await b.member.leave()
  },
)

t.test('a commit that is not answered is waited for no longer than commitWaitMs, and no other overtakes it', async (t) => {
  const { cluster, join, advance } = await openGroup(t)
  const answered = Promise.withResolvers<void>()
  const { coordinator, calls, answers } = await openCoordinator(cluster, { commitOffsets: () => answered.promise })
  const { member, events } = await join('a', {}, { coordinator, commitWaitMs: 2000 })
  const late = member.commit([offset])
  const refused = t.rejects(late, { code: 'TRANSPORT_REQUEST_TIMED_OUT' })
  await advance(2_500)
  await refused
  await t.rejects(member.commit([offset]), { code: 'TRANSPORT_REQUEST_TIMED_OUT' })
  t.equal(calls.filter((call) => call === 'commit').length, 1)
  answered.resolve()
  await settle()
  delete answers.commitOffsets
  await member.commit([offset])
  t.notOk(events.some((event) => event.startsWith('lost')))
  await member.leave()
})

t.test('leaving does not wait for a commit that holds up a join', async (t) => {
  const { cluster, join } = await openGroup(t)
  const { coordinator } = await openCoordinator(cluster, { commitOffsets: () => new Promise(() => undefined) })
  const { member, ended } = await join('a', {}, { coordinator })
  void member.commit([offset])
  member.requestRejoin()
  await settle()
  await member.leave()
  t.equal(await ended, 'left')
})

t.test('leaving in the midst of a rebalance waits for its end, so that the last commit is not refused', async (t) => {
  const { cluster, join, advance } = await openGroup(t)
  const { coordinator, answers } = await openCoordinator(cluster)
  const real = await cluster.groupCoordinator({ clientId: 'a', groupId: 'group' })
  const committed: unknown[] = []
  const onRevoked = async (): Promise<void> => {
    await member.commit([offset])
    committed.push(offset)
  }
  const { member, ended } = await join('a', { onRevoked }, { coordinator })
  const synced = Promise.withResolvers<void>()
  answers.sync = async (identity, assignments) => {
    await synced.promise
    return real.sync(identity, assignments)
  }
  member.requestRejoin()
  await settle()
  void member.leave()
  await advance(500)
  synced.resolve()
  await advance(500)
  t.equal(await ended, 'left')
  t.equal(committed.length, 1)
})

t.test('leaving in the midst of a rebalance that does not end does not wait for it', async (t) => {
  const { cluster, join, advance } = await openGroup(t)
  const { coordinator, answers } = await openCoordinator(cluster)
  const { member, ended } = await join('a', {}, { coordinator })
  answers.sync = () => new Promise(() => undefined)
  member.requestRejoin()
  await settle()
  void member.leave()
  await advance(2_500)
  t.equal(await ended, 'left')
})
