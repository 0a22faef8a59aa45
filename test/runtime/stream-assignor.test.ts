import fc from 'fast-check'
import t from 'tap'
import { parseTaskId, taskIdString } from '../../lib/model/task-id.ts'
import type { TopicPartition } from '../../lib/model/topic-partition.ts'
import { comparePartitions, partitionKey } from '../../lib/model/topic-partition.ts'
import { decodeAssignmentInfo } from '../../lib/runtime/membership/assignment/assignment-info.ts'
import { encodeSubscriptionInfo } from '../../lib/runtime/membership/assignment/subscription-info.ts'
import { topologyHash } from '../../lib/runtime/membership/topology-hash.ts'
import { StreamAssignor } from '../../lib/runtime/membership/stream-assignor.ts'
import type { SubscribedMember } from '../../lib/transport/group/group-member-options.ts'
import { keyValueStore, plan, source, subtopology } from './plan.ts'

const twoTopics = plan(
  subtopology(0, [source('LEFT', ['left']), source('RIGHT', ['right'])], { stores: [keyValueStore('s', ['LEFT'])] }),
  subtopology(1, [source('OTHER', ['other'])]),
).plan('test')

interface Member {
  readonly id: string
  tasks: Map<string, readonly TopicPartition[]>
}

function assignor(partitions: number): StreamAssignor {
  const counts = new Map([
    ...['left', 'right', 'other'].map((topic) => [topic, partitions] as const),
    ['test-s-changelog', partitions],
  ])
  const admin = { listOffsets: async (asked: readonly TopicPartition[]) => asked.map((each) => ({ ...each, offset: 100 })) }
  return new StreamAssignor({
    plan: twoTopics,
    admin,
    acceptableRecoveryLag: 10_000,
    prepareTopics: async () => counts,
  })
}

function subscribed({ id, tasks }: Member, generationId: number): SubscribedMember {
  const userData = encodeSubscriptionInfo({
    processId: `00000000-0000-4000-8000-${id.padStart(12, '0')}`,
    previousTasks: [...tasks.keys()].map(parseTaskId),
    taskOffsetSums: new Map([...tasks.keys()].map((task) => [task, -2])),
    topologyHash: topologyHash(twoTopics),
    userEndpoint: null,
    error: 'none',
  })
  const ownedPartitions = [...tasks.values()].flat()
  return { memberId: id, groupInstanceId: null, topics: [], userData, ownedPartitions, generationId }
}

/** One rebalance. Members give up at once what they are not assigned; what is given to somebody new must be free before. */
async function rebalance(
  t: { ok(value: unknown, message: string): void },
  members: readonly Member[],
  round: number,
  partitions: number,
) {
  const owned = new Map(
    members.flatMap(({ id, tasks }) => [...tasks.values()].flat().map((each) => [partitionKey(each), id] as const)),
  )
  const assigned = await assignor(partitions).assign(members.map((member) => subscribed(member, round)))
  for (const member of members) {
    const { partitions: mine, userData } = assigned.get(member.id)!
    for (const each of mine)
      t.ok((owned.get(partitionKey(each)) ?? member.id) === member.id, 'nobody gets what somebody else owns')
    const { activeTasks } = decodeAssignmentInfo(userData!)
    const tasks = new Map<string, TopicPartition[]>()
    mine.toSorted(comparePartitions).forEach((each, index) => {
      const task = taskIdString(activeTasks[index]!)
      tasks.set(task, [...(tasks.get(task) ?? []), each])
    })
    member.tasks = tasks
  }
}

t.test(
  'members come and go: after three rounds every task runs once, evenly, and no partition ever had two owners',
  async (t) => {
    const changes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(changes, fc.integer({ min: 1, max: 9 }), async (sizes, partitions) => {
        let members: Member[] = []
        let round = 0
        for (const size of sizes) {
          members = members.slice(0, size)
          while (members.length < size) members.push({ id: String(members.length + 1), tasks: new Map() })
          for (let repeat = 0; repeat < 3; repeat++) await rebalance(t, members, round++, partitions)
          const tasks = members.flatMap((member) => [...member.tasks.keys()])
          t.same(tasks.sort().length, 2 * partitions)
          t.equal(new Set(tasks).size, 2 * partitions)
          const loads = members.map((member) => member.tasks.size)
          t.ok(Math.max(...loads) - Math.min(...loads) <= 1, `balanced: ${loads.join(' ')}`)
        }
      }),
      { numRuns: 50 },
    )
  },
)

t.test('a stable group keeps what it has', async (t) => {
  const members: Member[] = [1, 2, 3].map((id) => ({ id: String(id), tasks: new Map() }))
  for (let round = 0; round < 3; round++) await rebalance(t, members, round, 7)
  const before = members.map(({ tasks }) => [...tasks.keys()])
  await rebalance(t, members, 3, 7)
  t.same(
    members.map(({ tasks }) => [...tasks.keys()]),
    before,
  )
})
