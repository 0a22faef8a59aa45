import t from 'tap'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import { TransportError } from '../../../lib/model/errors.ts'
import { MatchedTopics } from '../../../lib/runtime/membership/matched-topics.ts'
import type { SourceNode } from '../../../lib/topology/topology-plan.ts'
import { plan, source, subtopology } from '../plan.ts'
import { settle } from '../simulated-time.ts'

const orders: SourceNode = { ...source('SOURCE', []), pattern: /orders-.*/ }

function open(node = orders) {
  const clock = new ManualClock(0)
  const cluster = { topics: ['orders-de'], looks: 0, failure: null as Error | null }
  const admin = {
    metadata: async () => {
      cluster.looks++
      if (cluster.failure !== null) throw cluster.failure
      return cluster.topics.map((name) => ({ name, id: null, partitions: [] }))
    },
  }
  const watched = new MatchedTopics({ plan: plan(subtopology(0, [node])).plan('app'), admin, clock, intervalMs: 100 })
  let changes = 0
  const later = async (): Promise<number> => {
    clock.advance(100)
    await settle()
    return changes
  }
  return { watched, cluster, later, watch: () => watched.watch(() => changes++) }
}

t.test('topics that come, and match, are told once; so are those that go', async (t) => {
  const { cluster, watch, later } = open()
  await watch()
  t.equal(await later(), 0, 'those that were there before the first look')
  cluster.topics.push('orders-fr')
  t.equal(await later(), 1)
  cluster.topics.push('other')
  t.equal(await later(), 1, 'no pattern matches it')
  cluster.topics.shift()
  t.equal(await later(), 2)
})

t.test('a cluster that does not answer for a while is asked again', async (t) => {
  const { cluster, watch, later } = open()
  cluster.failure = new TransportError('TRANSPORT_NETWORK_EXCEPTION', 'retriable', 'gone')
  await watch()
  t.equal(await later(), 0)
  cluster.failure = null
  t.equal(await later(), 0, 'the first look that was answered')
  cluster.topics.push('orders-fr')
  t.equal(await later(), 1)
})

t.test('a topology without patterns asks for nothing, and nobody asks after stop', async (t) => {
  const named = open(source('SOURCE', ['orders-de']))
  await named.watch()
  await named.later()
  t.equal(named.cluster.looks, 0)
  const { watched, cluster, watch, later } = open()
  await watch()
  watched.stop()
  cluster.topics.push('orders-fr')
  t.equal(await later(), 0)
  t.equal(cluster.looks, 1)
})
