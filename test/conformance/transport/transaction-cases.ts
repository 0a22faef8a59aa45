import type { Test } from 'tap'
import { noHeaders } from '../../../lib/model/headers.ts'
import type { Cluster } from '../../../lib/transport/cluster.ts'
import type { GroupIdentity, OffsetCommit } from '../../../lib/transport/group-coordinator.ts'
import type { TransactionalProducer } from '../../../lib/transport/producer.ts'
import { readableRanges } from '../../../lib/transport/readable-ranges.ts'
import { bytes, client, limits, newTopic, openFetcher, openProducer, text, unique, write } from './transport-case.ts'
import type { TransportCase } from './transport-case.ts'

const options = { compression: 'none', requestTimeoutMs: 30_000, deliveryTimeoutMs: 120_000 } as const

async function openTransactions(
  t: Test,
  cluster: Cluster,
  transactionalId = unique('transactions'),
  transactionTimeoutMs = 60_000,
): Promise<TransactionalProducer> {
  const producer = await cluster.transactionalProducer({ ...client, ...options, transactionalId, transactionTimeoutMs })
  t.teardown(() => producer.close())
  await producer.init()
  return producer
}

/** The values that a reader of committed records sees, up to the last stable offset. */
async function committedValues(t: Test, cluster: Cluster, topic: string, partition = 0): Promise<(string | null)[]> {
  const [fetcher, admin] = [await openFetcher(t, cluster), await cluster.admin(client)]
  t.teardown(() => admin.close())
  const [end] = await admin.listOffsets([{ topic, partition }], 'latest-stable')
  const values: (string | null)[] = []
  for (let position = 0; position < end!.offset;) {
    const committed = { ...limits, maxWaitMs: 200, isolationLevel: 'read_committed' } as const
    const [fetched] = await fetcher.fetch([{ topic, partition, offset: position }], committed)
    if (fetched?.error) throw fetched.error
    if (fetched === undefined) continue
    for (const { batch, from, end: to } of readableRanges(fetched, position))
      for (let index = from; index < to; index++) values.push(text(batch.value(index)))
    position = fetched.batches.at(-1)?.nextOffset ?? position
  }
  return values
}

/** Resolves when no transaction is open in the partition any more: a coordinator answers before its markers are written. */
async function stable(t: Test, cluster: Cluster, topic: string, wait: () => Promise<void>, partition = 0): Promise<void> {
  const admin = await cluster.admin(client)
  t.teardown(() => admin.close())
  for (;;) {
    const [end] = await admin.listOffsets([{ topic, partition }], 'latest')
    const [last] = await admin.listOffsets([{ topic, partition }], 'latest-stable')
    if (end!.offset === last!.offset) return
    await wait()
  }
}

function outsider(groupId: string): GroupIdentity {
  return { groupId, generationId: -1, memberId: '', groupInstanceId: null }
}

const offset = (topic: string, at: number): OffsetCommit => ({ topic, partition: 0, offset: at, leaderEpoch: -1, metadata: 'm' })

const refused = { name: 'TransportError' }
const refusedAs = (kind: string, code?: string) => ({
  ...refused,
  kind,
  ...(code === undefined ? {} : { code: `TRANSPORT_${code}` }),
})

/** What transactions must do on every transport (KIP-98, KIP-447, KIP-890). */
export const transactionCases: Readonly<Record<string, TransportCase>> = {
  'committed transactions are read, and aborted ones are not': async (t, cluster, passTime) => {
    const topic = await newTopic(t, cluster, 2)
    const producer = await openTransactions(t, cluster)
    for (const [outcome, value] of [['commit', 'a'], ['abort', 'b'], ['abort', 'c'], ['commit', 'd']] as const) {
      producer.begin()
      await write(producer, topic, [`${value}0`], 1_000, 0)
      await Promise.all([write(producer, topic, [`${value}1`], 1_000, 1), write(producer, topic, [`${value}2`], 1_000, 0)])
      await producer[outcome]()
    } // prettier-ignore
    for (const partition of [0, 1]) await stable(t, cluster, topic, () => passTime(20), partition)
    t.same(await committedValues(t, cluster, topic, 0), ['a0', 'a2', 'd0', 'd2'])
    t.same(await committedValues(t, cluster, topic, 1), ['a1', 'd1'])
  },

  'an open transaction holds up readers of committed records, and no others': async (t, cluster, passTime) => {
    const topic = await newTopic(t, cluster)
    const [producer, plain] = [await openTransactions(t, cluster), await openProducer(t, cluster)]
    await write(plain, topic, ['before'])
    producer.begin()
    await write(producer, topic, ['inside'])
    await write(plain, topic, ['beside'])
    t.same(await committedValues(t, cluster, topic), ['before'])
    const fetcher = await openFetcher(t, cluster)
    const [fetched] = await fetcher.fetch([{ topic, partition: 0, offset: 0 }], { ...limits, isolationLevel: 'read_committed' })
    t.match(fetched, { highWatermark: 3, lastStableOffset: 1 })
    await producer.commit()
    await stable(t, cluster, topic, () => passTime(20))
    t.same(await committedValues(t, cluster, topic), ['before', 'inside', 'beside'])
  },

  'offsets are committed with their transaction, and not with an aborted one': async (t, cluster) => {
    const topic = await newTopic(t, cluster)
    const groupId = unique('group')
    const admin = await cluster.admin(client)
    t.teardown(() => admin.close())
    const producer = await openTransactions(t, cluster)
    const committed = async (read: 'stable' | 'any') =>
      (await admin.committedOffsets(groupId, [{ topic, partition: 0 }], read))[0]
    for (const [outcome, at] of [['abort', 7], ['commit', 5], ['abort', 9]] as const) {
      producer.begin()
      await write(producer, topic, ['x'])
      await producer.sendOffsets([offset(topic, at)], outsider(groupId))
      const before = (await committed('any'))?.offset ?? -1
      t.equal(before, at === 9 ? 5 : -1, 'what is pending is not committed')
      await producer[outcome]()
      const after = await committed('stable')
      if (outcome === 'commit') t.match(after, { offset: 5, metadata: 'm' })
      else t.equal(after?.offset ?? -1, before)
    } // prettier-ignore
  },

  'a transaction of offsets alone is one, and one of nothing, too': async (t, cluster) => {
    const topic = await newTopic(t, cluster)
    const groupId = unique('group')
    const producer = await openTransactions(t, cluster)
    producer.begin()
    await producer.commit()
    producer.begin()
    await producer.abort()
    producer.begin()
    await producer.sendOffsets([offset(topic, 3)], outsider(groupId))
    await producer.commit()
    const admin = await cluster.admin(client)
    t.teardown(() => admin.close())
    t.match(await admin.committedOffsets(groupId, [{ topic, partition: 0 }], 'stable'), [{ offset: 3 }])
  },

  'a newer producer of the same id fences the older one, and ends its transaction': async (t, cluster, passTime) => {
    const topic = await newTopic(t, cluster)
    const id = unique('transactions')
    const older = await openTransactions(t, cluster, id)
    older.begin()
    await write(older, topic, ['lost'])
    const newer = await openTransactions(t, cluster, id)
    await t.rejects(older.commit(), refusedAs('fenced'))
    newer.begin()
    await write(newer, topic, ['kept'])
    await newer.commit()
    await stable(t, cluster, topic, () => passTime(20))
    t.same(await committedValues(t, cluster, topic), ['kept'])
    t.throws(() => older.begin(), refusedAs('fenced'), 'only init leads on')
    await older.init()
    await t.rejects(
      (async () => {
        newer.begin()
        await write(newer, topic, ['too late'])
        await newer.commit()
      })(),
      refused,
    )
    older.begin()
    await write(older, topic, ['back'])
    await older.commit()
    await stable(t, cluster, topic, () => passTime(20))
    t.same(await committedValues(t, cluster, topic), ['kept', 'back'])
  },

  'a transaction that takes too long is aborted': async (t, cluster, passTime) => {
    const topic = await newTopic(t, cluster)
    const producer = await openTransactions(t, cluster, undefined, 1000)
    producer.begin()
    await write(producer, topic, ['lost'])
    await stable(t, cluster, topic, () => passTime(500))
    await t.rejects(producer.commit(), refusedAs('fenced'))
    await producer.init()
    producer.begin()
    await write(producer, topic, ['kept'])
    await producer.commit()
    await stable(t, cluster, topic, () => passTime(20))
    t.same(await committedValues(t, cluster, topic), ['kept'])
  },

  'offsets of a member that is no more are refused, and the transaction goes on': async (t, cluster) => {
    const topic = await newTopic(t, cluster)
    const groupId = unique('group')
    const coordinator = await cluster.groupCoordinator({ ...client, groupId })
    t.teardown(() => coordinator.close())
    const times = { sessionTimeoutMs: 30_000, rebalanceTimeoutMs: 30_000 }
    const protocols = [{ name: 'one', metadata: bytes('m') }]
    const join = { groupId, memberId: '', groupInstanceId: null, protocolType: 'consumer', protocols, ...times }
    const { memberId, generationId } = await coordinator.join(join)
    const member = { groupId, memberId, generationId, groupInstanceId: null }
    const producer = await openTransactions(t, cluster)
    producer.begin()
    await write(producer, topic, ['x'])
    const other = { ...member, generationId: generationId + 1 }
    await t.rejects(producer.sendOffsets([offset(topic, 1)], other), refusedAs('fenced', 'ILLEGAL_GENERATION'))
    const unknown = { ...member, memberId: 'nobody' }
    await t.rejects(producer.sendOffsets([offset(topic, 1)], unknown), refusedAs('fenced', 'UNKNOWN_MEMBER_ID'))
    // Between join and sync, too: the member is of the generation (an OffsetCommit would be refused).
    await producer.sendOffsets([offset(topic, 2)], member)
    await producer.commit()
    const admin = await cluster.admin(client)
    t.teardown(() => admin.close())
    t.match(await admin.committedOffsets(groupId, [{ topic, partition: 0 }], 'stable'), [{ offset: 2 }])
  },

  'a batch that the broker refuses leaves the transaction open': async (t, cluster, passTime) => {
    const topic = await newTopic(t, cluster, 1, { 'max.message.bytes': '2000' })
    const producer = await openTransactions(t, cluster)
    producer.begin()
    await write(producer, topic, ['a'])
    const large = producer.newBatch()
    large.append(null, Buffer.alloc(5000), 1_000, noHeaders)
    await t.rejects(producer.send({ topic, partition: 0 }, large), refusedAs('fatal', 'MESSAGE_TOO_LARGE'))
    await write(producer, topic, ['b'])
    await producer.commit()
    await stable(t, cluster, topic, () => passTime(20))
    t.same(await committedValues(t, cluster, topic), ['a', 'b'])
  },

  'a transactional producer says what it is not asked in turn': async (t, cluster) => {
    const topic = await newTopic(t, cluster)
    const id = unique('transactions')
    const producer = await cluster.transactionalProducer({
      ...client,
      ...options,
      transactionalId: id,
      transactionTimeoutMs: 60_000,
    })
    t.teardown(() => producer.close())
    t.throws(() => producer.begin(), TypeError)
    await producer.init()
    await t.rejects(write(producer, topic, ['x']), TypeError)
    await t.rejects(producer.commit(), TypeError)
    producer.begin()
    t.throws(() => producer.begin(), TypeError)
    await producer.abort()
    const late = await cluster.transactionalProducer({
      ...client,
      ...options,
      transactionalId: id,
      transactionTimeoutMs: 2 ** 30,
    })
    t.teardown(() => late.close())
    await t.rejects(late.init(), refusedAs('fatal', 'INVALID_TRANSACTION_TIMEOUT'))
  },

  'transactions follow each other at once': async (t, cluster, passTime) => {
    const topic = await newTopic(t, cluster)
    const producer = await openTransactions(t, cluster)
    const wanted = Array.from({ length: 30 }, (_, number) => `${number}`)
    for (const value of wanted) {
      producer.begin()
      await write(producer, topic, [value])
      await producer.commit()
    }
    await stable(t, cluster, topic, () => passTime(20))
    t.same(await committedValues(t, cluster, topic), wanted)
  },
}
