import t from 'tap'
import type { Test } from 'tap'
import { seededChance } from '../../../lib/clock/chance.ts'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import { parseTaskId } from '../../../lib/model/task-id.ts'
import { ClassicMembership } from '../../../lib/runtime/membership/classic-membership.ts'
import type { MembershipListener, TaskReport } from '../../../lib/runtime/membership/membership.ts'
import { decodeSubscriptionInfo } from '../../../lib/runtime/membership/assignment/subscription-info.ts'
import { StreamAssignor } from '../../../lib/runtime/membership/stream-assignor.ts'
import { topologyHash } from '../../../lib/runtime/membership/topology-hash.ts'
import { EmbeddedCluster } from '../../../lib/transport/embedded/embedded-cluster.ts'
import { plan, source, subtopology } from '../plan.ts'
import { comesTrue, simulate } from '../simulated-time.ts'

const copying = plan(subtopology(0, [source('SOURCE', ['in'])])).plan('app')
const nothingStored: TaskReport = { owned: [], storedOffsetSums: new Map() }

/** A group on an embedded cluster, in simulated time. Members write down what they are told. */
async function inGroup(t: Test, play: (group: Awaited<ReturnType<typeof openGroup>>) => Promise<void>) {
  const clock = new ManualClock(1_000_000)
  const cluster = new EmbeddedCluster({ clock, chance: seededChance(7) })
  t.teardown(() => cluster.close())
  cluster.broker.createTopics([{ name: 'in', partitions: 2 }])
  const group = await openGroup(cluster, clock)
  await simulate(clock, () => play(group))
}

async function openGroup(cluster: EmbeddedCluster, clock: ManualClock) {
  const admin = await cluster.admin({ clientId: 'test' })
  const join = async (number: number, report = (): TaskReport => nothingStored) => {
    const told: string[] = []
    const note = (what: string) => async (tasks: ReadonlyMap<string, unknown> | readonly string[]) =>
      void told.push(`${what} ${[...(Array.isArray(tasks) ? tasks : tasks.keys())].join(' ')}`)
    const assignor = new StreamAssignor({
      plan: copying,
      admin,
      acceptableRecoveryLag: 10_000,
      prepareTopics: async () => new Map([['in', 2]]),
    })
    const subscriptions: ReturnType<typeof decodeSubscriptionInfo>[] = []
    const membership = new ClassicMembership({
      coordinator: await cluster.groupCoordinator({ clientId: `member-${number}`, groupId: 'app' }),
      clock,
      groupId: 'app',
      groupInstanceId: null,
      sessionTimeoutMs: 1000,
      rebalanceTimeoutMs: 1000,
      heartbeatIntervalMs: 10,
      retryBackoffMs: 1,
      topics: ['in'],
      topologyHash: topologyHash(copying),
      processId: `00000000-0000-4000-8000-00000000000${number}`,
      assignor: {
        assign: (members) => {
          subscriptions.push(...members.map(({ userData }) => decodeSubscriptionInfo(userData!)))
          return assignor.assign(members)
        },
      },
    })
    const listener: MembershipListener = {
      report,
      onRebalance: () => void told.push('rebalance'),
      beforeJoin: async () => undefined,
      onAssigned: note('assigned'),
      onRevoked: note('revoked'),
      onLost: note('lost'),
    }
    const ended = membership.run(listener).then(
      () => 'left',
      (error: { readonly code: string }) => error.code,
    )
    const hears = (what: string) => comesTrue(clock, what, () => told.includes(what))
    return { membership, told, hears, ended, subscriptions }
  }
  return { cluster, clock, admin, join }
}

t.test('a member hears of tasks: assigned, revoked when another comes, assigned again when that one leaves', async (t) => {
  await inGroup(t, async ({ join }) => {
    const first = await join(1)
    await first.hears('assigned 0_0 0_1')
    const second = await join(2)
    await second.hears('assigned 0_1')
    t.same(
      first.told.filter((each) => each !== 'rebalance'),
      ['assigned 0_0 0_1', 'revoked 0_1', 'assigned 0_0', 'assigned 0_0'],
    )
    first.told.length = 0
    await second.membership.leave()
    t.same([second.told.at(-1), await second.ended], ['revoked 0_1', 'left'])
    await first.hears('assigned 0_0 0_1')
    await first.membership.leave()
    t.equal(first.told.at(-1), 'revoked 0_0 0_1')
  })
})

t.test('what the report says travels to the leader', async (t) => {
  const report = (): TaskReport => ({ owned: [parseTaskId('0_0')], storedOffsetSums: new Map([['0_1', 42]]) })
  await inGroup(t, async ({ join }) => {
    const { membership, hears, subscriptions } = await join(1, report)
    await hears('assigned 0_0 0_1')
    t.match(subscriptions[0], {
      processId: '00000000-0000-4000-8000-000000000001',
      previousTasks: [{ subtopology: 0, partition: 0 }],
      taskOffsetSums: new Map([['0_1', 42], ['0_0', -2]]), // prettier-ignore
      topologyHash: topologyHash(copying),
    })
    await membership.leave()
  })
})

t.test('a commit carries the identity of now; one that is refused as fenced loses the tasks, and joins again', async (t) => {
  await inGroup(t, async ({ join, admin, cluster, clock }) => {
    const { membership, told, hears } = await join(1)
    await hears('assigned 0_0 0_1')
    t.match(membership.identity, { groupId: 'app', generationId: 1 })
    const offset = { topic: 'in', partition: 0, offset: 5, leaderEpoch: -1, metadata: '' }
    await membership.commit([offset])
    t.match(await admin.committedOffsets('app', [{ topic: 'in', partition: 0 }], 'stable'), [{ offset: 5 }])
    const coordinator = await cluster.groupCoordinator({ clientId: 'operator', groupId: 'app' })
    await coordinator.leave(membership.identity)
    await t.rejects(membership.commit([offset]), { code: 'TRANSPORT_UNKNOWN_MEMBER_ID' })
    await hears('lost 0_0 0_1')
    await comesTrue(clock, 'the tasks again', () => told.filter((each) => each === 'assigned 0_0 0_1').length === 2)
    await membership.leave()
  })
})

t.test('a request to stop reaches all members of the group', async (t) => {
  await inGroup(t, async ({ join }) => {
    const members = [await join(1), await join(2)]
    await members[1]!.hears('assigned 0_1')
    members[1]!.membership.requestShutdown()
    t.same(await Promise.all(members.map(({ ended }) => ended)), ['STREAMS_SHUTDOWN_REQUESTED', 'STREAMS_SHUTDOWN_REQUESTED'])
  })
})

t.test('a member joins again when it is asked to', async (t) => {
  await inGroup(t, async ({ join, clock }) => {
    const { membership, told, hears } = await join(1)
    await hears('assigned 0_0 0_1')
    membership.requestRejoin()
    await comesTrue(clock, 'another rebalance', () => told.length === 4)
    t.same(told, ['rebalance', 'assigned 0_0 0_1', 'rebalance', 'assigned 0_0 0_1'])
    await membership.leave()
  })
})
