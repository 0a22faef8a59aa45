import t from 'tap'
import type { Test } from 'tap'
import type { Clock } from '../../../lib/clock/clock.ts'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import { systemClock } from '../../../lib/clock/system-clock.ts'
import type { FetchPosition } from '../../../lib/transport/fetcher.ts'
import type { RequestFrame } from '../../../lib/transport.ts'
import { fetch } from '../../../lib/transport/kafka/wire/apis/fetch.ts'
import { decodeRequest, encodeResponse } from '../../../lib/transport/kafka/wire/messages.ts'
import { limits, openFetcher, openProducer, valuesOf, write } from '../../conformance/transport/transport-case.ts'
import type { Fate } from './fake-connection.ts'
import { fakeCluster } from './fake-cluster.ts'

/** Time stands still unless a test says otherwise: a fetcher that waits for it never comes back. */
async function open(t: Test, fateOf: (frame: RequestFrame) => Fate = () => 'answer', clock: Clock = new ManualClock(0)) {
  const opened = fakeCluster(fateOf, clock)
  t.teardown(() => opened.embedded.close())
  opened.embedded.createTopics([
    { name: 'busy', partitions: 1 },
    { name: 'idle', partitions: 1 },
  ])
  return { ...opened, producer: await openProducer(t, opened.cluster), fetcher: await openFetcher(t, opened.cluster) }
}

const at = (topic: string, offset = 0): FetchPosition => ({ topic, partition: 0, offset })
function abortedSoon(): AbortSignal {
  const controller = new AbortController()
  setTimeout(() => controller.abort(), 5)
  return controller.signal
}

const longPoll = { ...limits, maxWaitMs: 2000 }

t.test('an idle partition does not hold up a busy one that was paused', async (t) => {
  const { producer, fetcher } = await open(t)
  for (const value of ['a', 'b', 'c', 'd']) await write(producer, 'busy', [value])
  for (let offset = 0; offset < 4; offset++) {
    // The busy partition is paused, so that only the idle one is asked for. Then it is resumed.
    await fetcher.fetch([at('idle')], { ...longPoll, signal: abortedSoon() })
    const fetched = await fetcher.fetch([at('idle'), at('busy', offset)], { ...longPoll, maxBytesPerPartition: 1 })
    t.equal(valuesOf(fetched.find(({ topic }) => topic === 'busy')).length, 1)
  }
})

t.test('what comes of a partition that is paused meanwhile is kept, and not asked for again when it is resumed', async (t) => {
  const { producer, fetcher, connections } = await open(t)
  const fetches = (): number => connections.requests.filter(({ apiKey }) => apiKey === fetch.key).length
  // The poll of the busy partition stays at the broker, which answers while only the idle partition is asked for.
  await fetcher.fetch([at('busy')], { ...longPoll, signal: abortedSoon() })
  await write(producer, 'busy', ['a'])
  const paused = [at('busy')]
  await fetcher.fetch([at('idle')], { ...longPoll, signal: abortedSoon(), paused })
  await fetcher.fetch([at('idle')], { ...longPoll, signal: abortedSoon(), paused })
  const before = fetches()
  t.ok(fetcher.heldBytes > 0, 'what is kept counts as memory')
  t.same((await fetcher.fetch([at('idle'), at('busy')], longPoll)).flatMap(valuesOf), ['a'])
  t.equal(fetches(), before)
  t.equal(fetcher.heldBytes, 0)
})

t.test('what was kept of a paused partition is no answer to another topic of its name, nor to another offset', async (t) => {
  for (const other of [{ ...at('busy'), topicId: '11111111-1111-1111-1111-111111111111' }, at('busy', 1)]) {
    const { producer, fetcher } = await open(t)
    await fetcher.fetch([at('busy')], { ...longPoll, signal: abortedSoon() })
    await write(producer, 'busy', ['a'])
    await fetcher.fetch([at('idle')], { ...longPoll, signal: abortedSoon(), paused: [at('busy')] })
    t.same((await fetcher.fetch([other], { ...longPoll, signal: abortedSoon() })).flatMap(valuesOf), [])
  }
})

t.test('trouble that many partitions have at once is told once', async (t) => {
  const { cluster } = await open(t)
  const told: string[] = []
  const fetcher = await cluster.fetcher({ clientId: 'test', log: { warn: (message) => void told.push(message) } })
  t.teardown(() => fetcher.close())
  const missing = Array.from({ length: 20 }, (_, partition) => ({ topic: 'busy', partition: 1 + partition, offset: 0 }))
  await fetcher.fetch([at('busy'), ...missing], { ...longPoll, signal: abortedSoon() })
  t.equal(told.length, 1)
  t.match(told[0], /^The fetcher has trouble: .*UNKNOWN_TOPIC_OR_PARTITION/)
})

t.test('after an empty poll of an earlier call the rest of the time is not slept', async (t) => {
  const { producer, fetcher } = await open(t, () => 'answer', systemClock)
  await fetcher.fetch([at('busy')], { ...limits, maxWaitMs: 300, signal: abortedSoon() })
  const pending = fetcher.fetch([at('busy')], { ...limits, maxWaitMs: 5000 })
  await new Promise((resolve) => setTimeout(resolve, 400))
  const start = Date.now()
  await write(producer, 'busy', ['news'])
  t.same(valuesOf((await pending)[0]), ['news'])
  t.ok(Date.now() - start < 1000)
})

t.test('partitions take turns to be the first of a request', async (t) => {
  const { producer, fetcher, connections } = await open(t)
  for (const topic of ['busy', 'idle']) for (const value of ['a', 'b', 'c']) await write(producer, topic, [value])
  const offsets = new Map([['busy', 0], ['idle', 0]]) // prettier-ignore
  for (let turn = 0; turn < 4; turn++) {
    const positions = [...offsets].map(([topic, offset]) => at(topic, offset))
    // The answer has room for one batch.
    for (const { topic, batches } of await fetcher.fetch(positions, { ...limits, maxWaitMs: 500, maxBytes: 1 }))
      if (batches.length > 0) offsets.set(topic, batches.at(-1)!.nextOffset)
  }
  t.same([...offsets.values()], [2, 2])
  const first = connections.requests.filter(({ apiKey }) => apiKey === fetch.key).length
  t.equal(first, 4)
})

t.test('a partition in trouble does not slow the others down', async (t) => {
  const { producer, fetcher } = await open(t)
  let offset = 0
  for (let turn = 0; turn < 20; turn++) {
    await write(producer, 'busy', ['a'])
    for (const { topic, error, batches } of await fetcher.fetch([at('missing'), at('busy', offset)], longPoll)) {
      if (topic === 'missing') t.match(error, { kind: 'retriable', code: 'TRANSPORT_UNKNOWN_TOPIC_OR_PARTITION' })
      else offset = batches.at(-1)!.nextOffset
    }
  }
  t.equal(offset, 20)
})

t.test('KIP-320: a log that was truncated below the position is an error that says where it ends', async (t) => {
  let ends = -1
  const diverging = ({ apiKey, apiVersion, body }: RequestFrame): Fate => {
    if (apiKey !== fetch.key || ends < 0) return 'answer'
    const [{ topic, topicId, partitions } = { topic: '', topicId: '', partitions: [] }] = decodeRequest(
      fetch,
      apiVersion,
      body,
    ).topics
    t.equal(partitions[0]!.lastFetchedEpoch, 0, 'the epoch of the last record is sent')
    const offsets = { highWatermark: ends, lastStableOffset: ends, logStartOffset: 0 }
    const answer = { partitionIndex: 0, errorCode: 0, ...offsets, abortedTransactions: null, records: null }
    const responses = [{ topic, topicId, partitions: [{ ...answer, divergingEpoch: { epoch: 0, endOffset: ends } }] }]
    return encodeResponse(fetch, apiVersion, { responses })
  }
  const { producer, fetcher } = await open(t, diverging)
  await write(producer, 'busy', ['a', 'b', 'c'])
  await fetcher.fetch([at('busy')], longPoll)
  ends = 1
  const [fetched] = await fetcher.fetch([at('busy', 3)], longPoll)
  t.match(fetched?.error, {
    code: 'TRANSPORT_LOG_TRUNCATION',
    kind: 'out-of-range',
    message: /busy-0 was truncated to offset 1, before the position 3/,
    facts: { endOffset: 1 },
  })
})

t.test('an error that has passed is not answered beside the records that came after it', async (t) => {
  let failures = 1
  const failing = ({ apiKey }: RequestFrame): Fate => (apiKey === fetch.key && failures-- > 0 ? 'lose-request' : 'answer')
  const { producer, fetcher } = await open(t, failing, systemClock)
  await write(producer, 'busy', ['a'])
  const fetched = await fetcher.fetch([at('busy')], longPoll)
  t.same(fetched.map(valuesOf), [['a']])
})

t.test('a fetcher that closes during a poll tells the log of no trouble', async (t) => {
  const told: string[] = []
  const polled = Promise.withResolvers<void>()
  const { cluster } = await open(t, ({ apiKey }) => {
    if (apiKey === fetch.key) polled.resolve()
    return apiKey === fetch.key ? 'never' : 'answer'
  })
  const fetcher = await cluster.fetcher({ clientId: 'me', log: { warn: (message) => void told.push(message) } })
  const fetched = fetcher.fetch([at('busy')], longPoll)
  await polled.promise
  await fetcher.close()
  await fetched
  await new Promise((resolve) => setImmediate(resolve))
  t.same(told, [])
})
