import t from 'tap'
import type { Test } from 'tap'
import { seededChance } from '../../../lib/clock/chance.ts'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import type { Serde, SerdeContext } from '../../../lib/model/serde.ts'
import { topic } from '../../../lib/model/topic.ts'
import { Serdes } from '../../../lib/serde/serdes.ts'
import { EmbeddedCluster } from '../../../lib/transport/embedded/embedded-cluster.ts'
import { partitionForKey } from '../../../lib/transport/partitioner.ts'
import type { OpenConsumerOptions } from '../../../lib/transport/topic-clients/open-topic-clients.ts'
import { openAdmin, openConsumer, openProducer } from '../../../lib/transport/topic-clients/open-topic-clients.ts'
import type { ReadableTopic } from '../../../lib/transport/topic-clients/consumed-topic.ts'
import type { ConsumedBatch, TopicConsumer } from '../../../lib/transport/topic-clients/topic-consumer.ts'

interface User {
  readonly name: string
}

const users = topic('users', { key: Serdes.string, value: Serdes.json<User>() })
const counts = topic('counts', { key: Serdes.string, value: Serdes.long })

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

async function open(t: Test) {
  const clock = new ManualClock(1_000_000)
  const cluster = new EmbeddedCluster({ clock, chance: seededChance(3) })
  t.teardown(() => cluster.close())
  const admin = await openAdmin(cluster, { clientId: 'test' })
  await admin.createTopics([
    { name: 'users', partitions: 4 },
    { name: 'counts', partitions: 1 },
  ])
  const producer = await openProducer(cluster, { clientId: 'test' })
  const consumer = async <T extends ReadableTopic<unknown, unknown>>(options: Omit<OpenConsumerOptions<T>, 'clientId'>) => {
    const opened = await openConsumer<T>(cluster, { clientId: 'test', ...options })
    t.teardown(() => opened.close())
    return opened
  }
  return { clock, cluster, admin, producer, consumer }
}

/** The next `count` records; the loop is left there. */
async function take<T extends ReadableTopic<unknown, unknown>>(consumer: TopicConsumer<T>, count: number) {
  const records: ConsumedBatch<never>['records'][number][] = []
  for await (const batch of consumer as AsyncIterable<ConsumedBatch<never>>) {
    records.push(...batch.records)
    if (records.length >= count) break
  }
  return records as {
    readonly key: string
    readonly value: unknown
    readonly offset: number
    readonly partition: number
    readonly timestamp: number
  }[]
}

t.test('what is sent is read, at the partition of its key', async (t) => {
  const { producer, consumer, clock } = await open(t)
  const keys = ['a', 'b', 'c', 'd', 'e', 'f']
  const sent = await producer.send(
    users,
    keys.map((key) => ({ key, value: { name: key.toUpperCase() } })),
  )
  t.same(
    sent.map(({ partition }) => partition),
    keys.map((key) => partitionForKey(Buffer.from(key), 4)),
  )
  const records = await take(await consumer({ topics: [users] }), 6)
  t.same(
    records.map(({ key, value }) => [key, value]).sort(),
    keys.map((key) => [key, { name: key.toUpperCase() }]),
  )
  t.ok(records.every(({ timestamp }) => timestamp === clock.now()))
})

t.test('records of one tick go out in one batch a partition', async (t) => {
  const { producer, cluster } = await open(t)
  await producer.send(counts, [{ key: 'warm', value: 0 }])
  const sends = [1, 2, 3].map((value) => producer.send(counts, [{ key: 'k', value }]))
  t.same(
    (await Promise.all(sends)).flat().map(({ offset }) => offset),
    [1, 2, 3],
  )
  const limits = {
    maxWaitMs: 0,
    minBytes: 1,
    maxBytes: 1e6,
    maxBytesPerPartition: 1e6,
    isolationLevel: 'read_uncommitted',
  } as const
  t.same(
    cluster.broker.read([{ topic: 'counts', partition: 0, offset: 0 }], limits)[0]?.batches.map(({ count }) => count),
    [1, 3],
  )
})

t.test('timestamps, headers, partitions and nulls are as given', async (t) => {
  const { producer, consumer } = await open(t)
  const headers = [{ key: 'h', value: Buffer.from('x') }]
  await producer.send(users, [{ key: 'a', value: null, timestamp: 5, headers, partition: 3 }])
  for await (const { records } of await consumer({ topics: [users] })) {
    t.match(records, [{ topic: 'users', key: 'a', value: null, timestamp: 5, partition: 3, offset: 0 }])
    t.equal(Buffer.from(records[0]!.headers[0]!.value!).toString(), 'x')
    break
  }
})

t.test('topics of several types are read together, and told apart', async (t) => {
  const { producer, consumer } = await open(t)
  await producer.send(users, [{ key: 'a', value: { name: 'A' } }])
  await producer.send(counts, [{ key: 'a', value: 7 }])
  const opened = await consumer({ topics: [users, counts] })
  const records = await take(opened, 2)
  t.same(records.map(({ value }) => value).sort(), [7, { name: 'A' }])
})

t.test('a group goes on where it committed; what it did not commit comes again', async (t) => {
  const { producer, consumer } = await open(t)
  await producer.send(
    counts,
    [1, 2].map((value) => ({ key: 'k', value })),
  )
  const first = await consumer({ topics: [counts], groupId: 'g' })
  t.same(
    (await take(first, 2)).map(({ value }) => value),
    [1, 2],
  )
  await first.commit()
  await producer.send(counts, [{ key: 'k', value: 3 }])
  t.same(
    (await take(first, 1)).map(({ value }) => value),
    [3],
  )
  await first.close()
  const second = await consumer({ topics: [counts], groupId: 'g' })
  t.same(
    (await take(second, 1)).map(({ value, offset }) => [value, offset]),
    [[3, 2]],
  )
})

t.test('two members share the partitions', async (t) => {
  const { producer, consumer, clock } = await open(t)
  const read: [string, number][] = []
  const run = async (name: string): Promise<void> => {
    const opened = await consumer({ topics: [users], groupId: 'g' })
    for await (const { records } of opened) {
      for (const { partition } of records) read.push([name, partition])
      await opened.commit()
    }
  }
  const running = [run('a'), run('b')]
  for (let step = 0; step < 20; step++) {
    clock.advance(1000)
    await settle()
  }
  for (let partition = 0; partition < 4; partition++) await producer.send(users, [{ key: 'k', value: { name: 'x' }, partition }])
  await settle()
  t.same(read.map(([, partition]) => partition).sort(), [0, 1, 2, 3])
  t.equal(read.filter(([name]) => name === 'a').length, 2)
  t.ok(running.length === 2)
})

t.test('a long poll of an idle consumer ends when it is closed', async (t) => {
  const { consumer } = await open(t)
  const opened = await consumer({ topics: [users] })
  const done = (async () => {
    for await (const batch of opened) t.fail(`nothing was written, but ${batch.topic} came`)
  })()
  await settle()
  await opened.close()
  await done
  t.pass('ended')
})

t.test('a position that retention took away is reset', async (t) => {
  const { producer, consumer, admin } = await open(t)
  await producer.send(
    counts,
    [1, 2, 3].map((value) => ({ key: 'k', value })),
  )
  const opened = await consumer({ topics: [counts] })
  await admin.deleteRecords([{ topic: 'counts', partition: 0, offset: 2 }])
  t.same(
    (await take(opened, 1)).map(({ value }) => value),
    [3],
  )
})

t.test('a record that cannot be read is an error that says where', async (t) => {
  const { producer, consumer } = await open(t)
  await producer.send(topic('counts', { key: Serdes.string, value: Serdes.string }), [{ key: 'k', value: 'no long' }])
  await t.rejects(take(await consumer({ topics: [counts] }), 1), {
    code: 'STREAMS_DESERIALIZATION',
    facts: { topic: 'counts', partition: 0, offset: 0, component: 'value' },
  })
})

t.test('a value that cannot be written is an error, and nothing is sent', async (t) => {
  const { producer, admin } = await open(t)
  const values = [1, 0.5].map((value) => ({ key: 'k', value }))
  await t.rejects(producer.send(counts, values), {
    code: 'STREAMS_SERIALIZATION',
    facts: { topic: 'counts', component: 'value' },
  })
  t.match(await admin.listOffsets([{ topic: 'counts', partition: 0 }], 'latest'), [{ offset: 0 }])
})

t.test('a topic that is not there is an error for both', async (t) => {
  const { producer, consumer } = await open(t)
  const missing = topic('missing', { key: Serdes.string, value: Serdes.string })
  await t.rejects(producer.send(missing, [{ key: 'k', value: 'v' }]), { code: 'TRANSPORT_UNKNOWN_TOPIC_OR_PARTITION' })
  await t.rejects(consumer({ topics: [missing] }), { code: 'TRANSPORT_UNKNOWN_TOPIC_OR_PARTITION' })
})

t.test('serdes are bound, and prepared before they are used', async (t) => {
  const calls: string[] = []
  const prepared = new Set<string>()
  const registered: Serde<string> = {
    ...Serdes.string,
    bind: (environment) => ({
      ...Serdes.string,
      prepareWrite: async ({ component }: SerdeContext) =>
        void prepared.add(`write ${component} ${typeof environment.schemaRegistry}`),
      prepareRead: async (bytes) => void calls.push(`read ${bytes.length}`),
    }),
  }
  const { cluster, admin } = await open(t)
  await admin.createTopics([{ name: 'registered', partitions: 1 }])
  const schemaRegistry = { register: async () => 1, schemaById: async () => '' }
  const described = topic('registered', { key: Serdes.string, value: registered })
  const producer = await openProducer(cluster, { clientId: 'test', schemaRegistry })
  await producer.send(
    described,
    ['x', 'y'].map((value) => ({ key: 'k', value })),
  )
  await producer.close()
  t.same([...prepared], ['write value object'])
  const consumer = await openConsumer(cluster, { clientId: 'test', topics: [described], schemaRegistry })
  t.equal((await take(consumer, 2)).length, 2)
  t.same(calls, ['read 2'])
  await consumer.close()
})
