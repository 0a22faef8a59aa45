import t from 'tap'
import type { Test } from 'tap'
import { EmbeddedKafka } from '../../../lib/embedded.ts'
import type { Cluster } from '../../../lib/transport/cluster.ts'
import type { FetchedPartition, FetchPosition } from '../../../lib/transport/fetcher.ts'
import { kafka } from '../../../lib/transport/kafka/kafka.ts'
import { fetch } from '../../../lib/transport/kafka/wire/apis/fetch.ts'
import { metadata } from '../../../lib/transport/kafka/wire/apis/metadata.ts'
import { offsetForLeaderEpoch } from '../../../lib/transport/kafka/wire/apis/offset-for-leader-epoch.ts'
import { decodeRequest, encodeResponse } from '../../../lib/transport/kafka/wire/messages.ts'
import type { RequestFrame } from '../../../lib/transport.ts'
import { connectionsToTest } from './connections-to-test.ts'
import { fakeCluster } from './fake-cluster.ts'
import type { Fate } from './fake-connection.ts'
import { limits, openFetcher, openProducer, valuesOf, write } from '../../conformance/transport/transport-case.ts'

// KIP-320. A replica that lacks records becomes the leader (an unclean election), and writes other records at their offsets. A reader
// must not take these for what it has read.

const place = { topic: 'log', partition: 0 }
const longPoll = { ...limits, maxWaitMs: 2000 }

/** Clients of a broker that has one partition, in epoch 0. `lose` cuts the log for a leader of the next epoch. */
async function open(t: Test, connection: 'socket' | 'kafkajs' | 'embedded') {
  const embedded = await EmbeddedKafka.open()
  t.teardown(() => embedded.close())
  embedded.broker.createTopics([{ name: 'log', partitions: 1 }])
  const { bootstrapServers } = await embedded.listen(0)
  const cluster: Cluster = connection === 'embedded' ? embedded : kafka({ bootstrapServers, connection })
  const lose = (from: number): void => void embedded.broker.truncate(place, from, embedded.broker.leaderEpochOf(place) + 1)
  const put = async (...values: readonly string[]): Promise<void> => {
    // The sequence of a producer may be lost with the log.
    const producer = await openProducer(t, cluster)
    for (const value of values) await write(producer, 'log', [value])
  }
  const fetcher = await openFetcher(t, cluster)
  /** Fetches until there are records, or an error that does not pass. */
  const read = async (position: Partial<FetchPosition>): Promise<FetchedPartition | undefined> => {
    for (let left = 20; left > 0; left--) {
      const [fetched] = await fetcher.fetch([{ ...place, offset: 0, ...position }], longPoll)
      if (fetched !== undefined && fetched.error?.kind !== 'retriable') return fetched
    }
    return undefined
  }
  return { cluster, put, lose, read }
}

for (const connection of [...connectionsToTest(t), 'embedded'] as const) {
  t.test(`${connection}: a position in records that were lost is told, with where the log was cut`, async (t) => {
    const { put, lose, read } = await open(t, connection)
    await put('a', 'b', 'c')
    t.same(valuesOf(await read({})), ['a', 'b', 'c'])
    lose(1)
    await put('x', 'y', 'z')
    const { error } = (await read({ offset: 3, leaderEpoch: 0 })) ?? {}
    t.match(error, {
      code: 'TRANSPORT_LOG_TRUNCATION',
      kind: 'out-of-range',
      facts: { topic: 'log', partition: 0, offset: 3, endOffset: 1, endEpoch: 0 },
    })
    t.same(valuesOf(await read({ offset: 1, leaderEpoch: 0 })), ['x', 'y', 'z'], 'and reading goes on there')
  })

  t.test(`${connection}: a new leader that has all of it changes nothing`, async (t) => {
    const { put, lose, read } = await open(t, connection)
    await put('a', 'b')
    await read({})
    lose(2)
    await put('c')
    t.same(valuesOf(await read({ offset: 2, leaderEpoch: 0 })), ['c'])
    await put('d')
    t.same(valuesOf(await read({ offset: 3, leaderEpoch: 1 })), ['d'])
  })

  t.test(`${connection}: an epoch that no leader had is told without an end`, async (t) => {
    const { put, read } = await open(t, connection)
    await put('a')
    const { error } = (await read({ offset: 1, leaderEpoch: 5 })) ?? {}
    t.match(error, { kind: 'out-of-range' })
  })
}

t.test('a committed epoch comes back with its offset', async (t) => {
  const { cluster, put } = await open(t, 'socket')
  await put('a')
  const coordinator = await cluster.groupCoordinator({ clientId: 'test', groupId: 'g' })
  t.teardown(() => coordinator.close())
  const outsider = { groupId: 'g', generationId: -1, memberId: '', groupInstanceId: null }
  const commit = { ...place, offset: 1, leaderEpoch: 7, metadata: 'm' }
  await coordinator.commitOffsets(outsider, [commit])
  const admin = await cluster.admin({ clientId: 'test' })
  t.teardown(() => admin.close())
  t.same(await admin.committedOffsets('g', [place], 'any'), [commit])
})

/** A broker that answers OffsetForLeaderEpoch by `ends`, and fetches of another epoch by errors. */
async function asked(
  t: Test,
  ends: () => { readonly leaderEpoch: number; readonly endOffset: number; readonly errorCode?: number },
) {
  const seen: string[] = []
  const fateOf = ({ apiKey, apiVersion, body }: RequestFrame): Fate => {
    if (apiKey === metadata.key) seen.push('metadata')
    if (apiKey === fetch.key) return fetched(apiVersion, body)
    if (apiKey !== offsetForLeaderEpoch.key) return 'answer'
    const { topics } = decodeRequest(offsetForLeaderEpoch, apiVersion, body)
    const { partition, currentLeaderEpoch, leaderEpoch } = topics[0]!.partitions[0]!
    seen.push(`end of ${leaderEpoch} in ${currentLeaderEpoch}`)
    const answer = { errorCode: 0, partition, ...ends() }
    return encodeResponse(offsetForLeaderEpoch, apiVersion, { topics: [{ topic: 'log', partitions: [answer] }] })
  }
  const fetched = (apiVersion: number, body: Uint8Array): Fate => {
    const { topic, topicId, partitions } = decodeRequest(fetch, apiVersion, body).topics[0]!
    const { currentLeaderEpoch, fetchOffset } = partitions[0]!
    seen.push(`fetch ${fetchOffset} in ${currentLeaderEpoch}`)
    if (currentLeaderEpoch === broker.leaderEpoch) return 'answer'
    const marks = { highWatermark: -1, lastStableOffset: -1, logStartOffset: -1, abortedTransactions: null, records: null }
    const errorCode = currentLeaderEpoch < broker.leaderEpoch ? 74 : 75
    return encodeResponse(fetch, apiVersion, {
      responses: [{ topic, topicId, partitions: [{ partitionIndex: 0, errorCode, ...marks }] }],
    })
  }
  const { cluster, embedded, broker } = fakeCluster(fateOf)
  t.teardown(() => embedded.close())
  embedded.createTopics([{ name: 'log', partitions: 1 }])
  await write(await openProducer(t, cluster), 'log', ['a', 'b', 'c'])
  const fetcher = await openFetcher(t, cluster)
  seen.length = 0
  return { broker, fetcher, seen }
}

const never = () => {
  throw new Error('Nobody needs to ask.')
}

t.test('a leader is asked about what was read under another one, once, before it is fetched from', async (t) => {
  const { broker, fetcher, seen } = await asked(t, () => ({ leaderEpoch: 0, endOffset: 3 }))
  broker.leaderEpoch = 1
  const position = { ...place, offset: 1, leaderEpoch: 0 }
  t.same(valuesOf((await fetcher.fetch([position], longPoll))[0]), ['a', 'b', 'c'])
  t.same(seen, ['metadata', 'end of 0 in 1', 'fetch 1 in 1'])
  await fetcher.fetch([{ ...place, offset: 2, leaderEpoch: 1 }], longPoll)
  t.equal(seen.at(-1), 'fetch 2 in 1', 'what it has written itself, it has')
})

t.test('a position whose epoch is not known, or that of the leader, is fetched at once', async (t) => {
  const { fetcher, seen } = await asked(t, never)
  await fetcher.fetch([{ ...place, offset: 1 }], longPoll)
  await fetcher.fetch([{ ...place, offset: 2, leaderEpoch: 0 }], longPoll)
  t.same(seen, ['metadata', 'fetch 1 in 0', 'fetch 2 in 0'])
})

t.test('a fetch that is fenced looks the leader up, and asks the new one', async (t) => {
  const { broker, fetcher, seen } = await asked(t, () => ({ leaderEpoch: 0, endOffset: 1 }))
  await fetcher.fetch([{ ...place, offset: 0 }], longPoll)
  broker.leaderEpoch = 1
  const [answer] = await fetcher.fetch([{ ...place, offset: 3, leaderEpoch: 0 }], longPoll)
  t.match(answer?.error, { code: 'TRANSPORT_LOG_TRUNCATION', facts: { offset: 3, endOffset: 1, endEpoch: 0 } })
  t.same(seen, ['metadata', 'fetch 0 in 0', 'fetch 3 in 0', 'metadata', 'end of 0 in 1'])
})

t.test('a leader that knows nothing of the epoch: the end is not known', async (t) => {
  const { broker, fetcher } = await asked(t, () => ({ leaderEpoch: -1, endOffset: -1 }))
  broker.leaderEpoch = 1
  const [answer] = await fetcher.fetch([{ ...place, offset: 3, leaderEpoch: 0 }], longPoll)
  t.match(answer?.error, { code: 'TRANSPORT_LOG_TRUNCATION', facts: { offset: 3, endOffset: -1 } })
})

t.test('a leader of another epoch does not answer for this one: it is looked up, and asked again', async (t) => {
  let refusals = 1
  const { broker, fetcher, seen } = await asked(t, () => ({ leaderEpoch: 0, endOffset: 3, errorCode: refusals-- > 0 ? 74 : 0 }))
  broker.leaderEpoch = 1
  await fetcher.fetch([{ ...place, offset: 1, leaderEpoch: 0 }], longPoll)
  t.same(seen, ['metadata', 'end of 0 in 1', 'metadata', 'end of 0 in 1', 'fetch 1 in 1'])
})
