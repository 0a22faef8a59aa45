import t from 'tap'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import { TransportError } from '../../../lib/model/errors.ts'
import type { KnownTopic } from '../../../lib/transport/topics/known-topics.ts'
import { changeText } from '../../../lib/transport/topics/topic-changes.ts'
import { TopicWatch } from '../../../lib/transport/topics/topic-watch.ts'
import { settle } from '../../runtime/simulated-time.ts'

const orders: KnownTopic = { id: 'a', partitions: 2 }

function open() {
  const clock = new ManualClock(0)
  const topics = new Map([['orders', orders]])
  const cluster = { topics, looks: 0, failure: null as Error | null }
  const lookUp = async () => {
    cluster.looks++
    if (cluster.failure !== null) throw cluster.failure
    return new Map(topics)
  }
  const watch = new TopicWatch({ lookUp, clock, intervalMs: 10_000 })
  watch.known = new Map(topics)
  const told: string[] = []
  watch.start((changes) => void told.push(...changes.map(changeText)))
  /** What was told in this time. */
  const after = async (ms: number): Promise<readonly string[]> => {
    for (let left = ms; left > 0; left -= 100) {
      clock.advance(100)
      await settle()
    }
    return told.splice(0)
  }
  return { watch, cluster, topics, after }
}

t.test('topics that come, go, grow, or are made again are told once', async (t) => {
  const { topics, after } = open()
  t.same(await after(11_000), [], 'those that are known')
  topics.set('payments', { id: 'b', partitions: 1 })
  t.same(await after(11_000), ['Topic payments has come.'])
  topics.set('orders', { ...orders, partitions: 3 })
  t.same(await after(11_000), ['Topic orders has 3 partitions now, and no longer 2.'])
  topics.set('orders', { id: 'c', partitions: 3 })
  t.match(await after(11_000), [/^Topic orders was deleted and created again \(topic id a, now c\)/])
  topics.delete('payments')
  t.same(await after(11_000), ['Topic payments was deleted.'])
  t.same(await after(30_000), [])
})

t.test('an error that hints at a change is a reason to look soon, but not without a pause', async (t) => {
  const { watch, cluster, topics, after } = open()
  topics.delete('orders')
  for (let errors = 0; errors < 100; errors++) watch.lookSoon()
  t.same(await after(1000), [], 'a second look has to find it, too')
  t.same(await after(200), ['Topic orders was deleted.'])
  t.equal(cluster.looks, 2)
})

t.test('what is not there at a second look was only not known to one broker', async (t) => {
  const { watch, topics, after } = open()
  topics.delete('orders')
  watch.lookSoon()
  t.same(await after(200), [])
  topics.set('orders', orders)
  t.same(await after(20_000), [])
})

t.test('a cluster that does not answer for a while is asked again', async (t) => {
  const { cluster, topics, after } = open()
  cluster.failure = new TransportError('TRANSPORT_NETWORK_EXCEPTION', 'retriable', 'gone')
  topics.set('orders', { ...orders, partitions: 3 })
  t.same(await after(11_000), [])
  cluster.failure = null
  t.same(await after(10_000), ['Topic orders has 3 partitions now, and no longer 2.'])
})

t.test('a broker that gives topics no ids cannot tell that one was made again', async (t) => {
  const { topics, after } = open()
  topics.set('orders', { id: null, partitions: 2 })
  t.same(await after(20_000), [])
})

t.test('nobody looks after stop, also if a look was under way', async (t) => {
  const { watch, cluster, topics, after } = open()
  topics.delete('orders')
  watch.lookSoon()
  await after(200)
  watch.stop()
  watch.lookSoon()
  const { looks } = cluster
  t.same(await after(30_000), [])
  t.equal(cluster.looks, looks)
})
