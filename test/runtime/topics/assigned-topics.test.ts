import t from 'tap'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import type { StreamsError } from '../../../lib/model/errors.ts'
import { silentLogger } from '../../../lib/runtime/logger.ts'
import { AssignedTopics } from '../../../lib/runtime/topics/assigned-topics.ts'
import type { SourceNode } from '../../../lib/topology/topology-plan.ts'
import { keyValueStore, plan, source, subtopology } from '../plan.ts'
import { settle } from '../simulated-time.ts'

const byPattern: SourceNode = { ...source('ORDERS', []), pattern: /orders-.*/ }

function open() {
  const clock = new ManualClock(0)
  const cluster = new Map([['in', 1], ['orders-de', 1], ['other', 1]]) // prettier-ignore
  const metadata = async () =>
    [...cluster].map(([name, count]) => {
      const partitions = Array.from({ length: count }, (_, partition) => ({ partition, leader: 0, leaderEpoch: 0 }))
      return { name, id: name, partitions }
    })
  const topics = new AssignedTopics({
    plan: plan(subtopology(0, [source('IN', ['in']), byPattern], { stores: [keyValueStore('s', ['IN'])] })).plan('app'),
    admin: { metadata },
    clock,
    logger: silentLogger,
    intervalMs: 1000,
  })
  let changes = 0
  const lost: string[] = []
  topics.watch({ onChange: () => changes++, onLost: (error) => void lost.push((error as StreamsError).code) })
  const changesAfter = async (ms: number): Promise<number> => {
    for (let left = ms; left > 0; left -= 100) {
      clock.advance(100)
      await settle()
    }
    return changes
  }
  return { topics, cluster, lost, changesAfter }
}

t.test('topics that the topology names or matches are watched from the first assignment on, and no others', async (t) => {
  const { topics, cluster, changesAfter } = open()
  cluster.set('orders-fr', 1)
  t.equal(await changesAfter(3000), 0, 'before the assignment')
  t.same([...(await topics.assigned()).keys()], ['in', 'orders-de', 'orders-fr'])
  cluster.set('other', 9)
  t.equal(await changesAfter(3000), 0)
  cluster.set('in', 2)
  t.equal(await changesAfter(3000), 1)
  cluster.delete('orders-de')
  t.equal(await changesAfter(3000), 2)
  t.ok(topics.isGone('orders-de'))
  t.notOk(topics.isGone('in'))
})

t.test('a change that another member has noticed first is no reason to assign once more', async (t) => {
  const { topics, cluster, changesAfter } = open()
  await topics.assigned()
  cluster.set('in', 2)
  await topics.assigned()
  t.equal(await changesAfter(3000), 0)
})

t.test('the leader notices what has changed since it assigned the tasks', async (t) => {
  const { topics, cluster, changesAfter } = open()
  await topics.assigning()
  cluster.set('in', 2)
  t.equal((await topics.assigned()).get('in')?.partitions, 2)
  t.equal(await changesAfter(3000), 1)
})

t.test(
  'a changelog that one broker does not know, at an assignment, is only lost if it is not known a second later',
  async (t) => {
    for (const isBack of [true, false]) {
      const { topics, cluster, lost, changesAfter } = open()
      cluster.set('test-s-changelog', 1)
      await topics.assigned()
      cluster.delete('test-s-changelog')
      await topics.assigned()
      if (isBack) cluster.set('test-s-changelog', 1)
      await changesAfter(3000)
      t.same(lost, isBack ? [] : ['STREAMS_INTERNAL_TOPIC_LOST'])
    }
  },
)
