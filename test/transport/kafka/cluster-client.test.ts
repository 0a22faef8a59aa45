import t from 'tap'
import type { Test } from 'tap'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import { MemoryMetrics } from '../../../lib/metrics/memory-metrics.ts'
import type { RequestFrame } from '../../../lib/transport.ts'
import { metadata } from '../../../lib/transport/kafka/wire/apis/metadata.ts'
import { encodeResponse } from '../../../lib/transport/kafka/wire/messages.ts'
import type { Fate } from './fake-connection.ts'
import { fakeCluster } from './fake-cluster.ts'

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

function open(t: Test, fateOf: (frame: RequestFrame) => Fate) {
  const clock = new ManualClock(1000)
  const opened = fakeCluster(fateOf, clock)
  t.teardown(() => opened.embedded.close())
  return { ...opened, clock }
}

t.test('KIP-219: a broker that throttles gets no request until the time is over, and the time is counted', async (t) => {
  const throttling = ({ apiVersion }: RequestFrame): Buffer =>
    encodeResponse(metadata, apiVersion, { throttleTimeMs: 700, brokers: [], topics: [] })
  let isThrottling = false
  const { cluster, connections, clock } = open(t, (frame) => (isThrottling ? throttling(frame) : 'answer'))
  const metrics = new MemoryMetrics()
  const admin = await cluster.admin({ clientId: 'me', metrics })
  isThrottling = true
  await admin.metadata()
  isThrottling = false
  const sent = connections.requests.length
  const next = admin.metadata()
  await settle()
  clock.advance(699)
  await settle()
  t.equal(connections.requests.length, sent)
  clock.advance(1)
  await next
  t.equal(connections.requests.length, sent + 1)
  t.match(
    metrics.all().find(({ name }) => name.startsWith('throttle-time')),
    { group: 'client-metrics', tags: { 'client-id': 'me' } },
  )
  t.equal(metrics.counter('throttle-time', 'client-metrics', { 'client-id': 'me' }).total, 700)
  await admin.close()
})

t.test('a lost connection is told to the log, and replaced', async (t) => {
  const told: string[] = []
  const { cluster, connections, clock } = open(t, () => 'answer')
  const admin = await cluster.admin({ clientId: 'me', log: { warn: (message) => void told.push(message) } })
  const cut = admin.metadata()
  await Promise.resolve()
  connections.cut()
  await settle()
  clock.advance(100)
  t.same(await cut, [])
  t.match(told, [/The admin client has trouble: No answer from broker wire:9092: the broker went away/])
  await admin.close()
})

t.test('a connection that has ended while nobody used it is replaced without an error', async (t) => {
  const told: string[] = []
  const { cluster, connections } = open(t, () => 'answer')
  const admin = await cluster.admin({ clientId: 'me', log: { warn: (message) => void told.push(message) } })
  connections.cut()
  t.same(await admin.metadata(), [])
  t.same(told, [])
  await admin.close()
})

t.test('a request that cannot be written is an error of its own, and the connection stays for others', async (t) => {
  const { cluster, connections } = open(t, () => 'answer')
  const admin = await cluster.admin({ clientId: 'me' })
  const tooMany = admin.createTopics([{ name: 'in', partitions: 2 ** 40 }])
  await t.rejects(tooMany, { name: 'RangeError', code: 'ERR_OUT_OF_RANGE' })
  t.equal(connections.open, 1)
  t.same(await admin.metadata(), [])
  await admin.close()
})
