import t from 'tap'
import type { Test } from 'tap'
import { seededChance } from '../../../lib/clock/chance.ts'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import type { Serde, SerdeContext } from '../../../lib/model/serde.ts'
import { topic } from '../../../lib/model/topic.ts'
import { Serdes } from '../../../lib/serde/serdes.ts'
import { EmbeddedCluster } from '../../../lib/transport/embedded/embedded-cluster.ts'
import type { Cluster } from '../../../lib/transport/cluster.ts'
import { partitionForKey } from '../../../lib/transport/partitioner.ts'
import type { OpenConsumerOptions } from '../../../lib/transport/topic-clients/open-topic-clients.ts'
import { openAdmin, openConsumer, openProducer } from '../../../lib/transport/topic-clients/open-topic-clients.ts'
import type { ReadableTopic } from '../../../lib/transport/topic-clients/consumed-topic.ts'
import type { ConsumedBatch, TopicConsumer } from '../../../lib/transport/topic-clients/topic-consumer.ts'

import { placedAt, sealed } from '../sealed-batches.ts'

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

t.test('what waits of a partition is handed over at once, however many batches it came in', async (t) => {
  const { producer, consumer } = await open(t)
  for (const value of [1, 2, 3]) await producer.send(counts, [{ key: 'a', value }])
  for await (const { records, nextOffset } of await consumer({ topics: [counts] })) {
    t.same(
      records.map(({ value }) => value),
      [1, 2, 3],
    )
    t.equal(nextOffset, 3)
    break
  }
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

t.test('what is before a record that cannot be read is handed over; another loop goes on behind it', async (t) => {
  const { producer, consumer, admin } = await open(t)
  const texts = topic('counts', { key: Serdes.string, value: Serdes.string })
  const raw = async (value: string) => producer.send(texts, [{ key: 'k', value }])
  const long = async (value: number) => producer.send(counts, [{ key: 'k', value }])
  await long(1)
  await Promise.all([long(2), raw('no long'), long(3)])
  await long(4)
  const group = { topics: [counts], groupId: 'poison', heartbeatIntervalMs: 20 }
  const reader = await consumer(group)
  const seen: number[] = []
  const read = async (count: number) => {
    for await (const { records } of reader) {
      for (const { value } of records) seen.push(value!)
      if (seen.length >= count) break
    }
  }
  await t.rejects(read(9), { code: 'STREAMS_DESERIALIZATION', facts: { topic: 'counts', partition: 0, offset: 2 } })
  t.same(seen, [1, 2], 'also those of its own batch')
  await reader.commit()
  const committed = async () => (await admin.committedOffsets('poison', [{ topic: 'counts', partition: 0 }], 'any'))[0]?.offset
  t.equal(await committed(), 2, 'a commit leaves the record to whoever comes next')
  await read(4)
  t.same(seen, [1, 2, 3, 4])
  await reader.commit()
  t.equal(await committed(), 5)
})

t.test('a loop that was left before the error meets it in the next one', async (t) => {
  const { producer, consumer } = await open(t)
  await Promise.all([
    producer.send(counts, [{ key: 'k', value: 1 }]),
    producer.send(topic('counts', { key: Serdes.string, value: Serdes.string }), [{ key: 'k', value: 'no long' }]),
  ])
  const reader = await consumer({ topics: [counts] })
  t.equal((await take(reader, 1)).length, 1)
  await t.rejects(take(reader, 1), { code: 'STREAMS_DESERIALIZATION', facts: { offset: 1 } })
})

t.test('a deserializationHandler is given the error and the record, and decides', async (t) => {
  const { producer, consumer } = await open(t)
  await producer.send(counts, [{ key: 'k', value: 1 }])
  await producer.send(topic('counts', { key: Serdes.string, value: Serdes.string }), [
    { key: 'bad', value: 'x', timestamp: 7 },
    { key: 'worse', value: 'yy', timestamp: 8 },
  ])
  await producer.send(counts, [{ key: 'k', value: 4 }])
  const asked: string[] = []
  const reader = await consumer({
    topics: [counts],
    deserializationHandler: (error, { topic, partition, offset, timestamp, key, value }) => {
      const text = [key, value].map((bytes) => Buffer.from(bytes!).toString()).join('=')
      asked.push(`${error.code} ${topic}-${partition} ${offset} ${timestamp} ${text}`)
      return 'continue'
    },
  })
  t.same(
    (await take(reader, 2)).map(({ value, offset }) => [value, offset]),
    [
      [1, 0],
      [4, 3],
    ],
  )
  t.same(asked, ['STREAMS_DESERIALIZATION counts-0 1 7 bad=x', 'STREAMS_DESERIALIZATION counts-0 2 8 worse=yy'])
})

t.test('a corrupt batch is an error that says where, after the records of other partitions', async (t) => {
  const { producer, consumer, cluster } = await open(t)
  await producer.send(users, [0, 1, 2, 3].map((partition) => ({ key: `${partition}`, value: { name: 'x' }, partition }))) // prettier-ignore
  const log = cluster.broker.topics.partition({ topic: 'users', partition: 0 })
  const damaged = Buffer.from(sealed([['9', '{}']]))
  damaged[damaged.length - 1]! ^= 1
  log.load(placedAt(1, damaged))
  const reader = await consumer({ topics: [users] })
  const seen: string[] = []
  const read = async () => {
    for await (const { records } of reader) for (const { key } of records) seen.push(key!)
  }
  await t.rejects(read(), { code: 'TRANSPORT_CORRUPT_MESSAGE', facts: { topic: 'users', partition: 0, offset: 1 } })
  t.same(seen.sort(), ['0', '1', '2', '3'])
  await producer.send(users, [1, 2].map((partition) => ({ key: `later ${partition}`, value: { name: 'x' }, partition }))) // prettier-ignore
  await t.rejects(read(), { code: 'TRANSPORT_CORRUPT_MESSAGE', facts: { topic: 'users', partition: 0, offset: 1 } })
  t.same(seen.sort(), ['0', '1', '2', '3', 'later 1', 'later 2'], 'the others go on')
})

t.test('a record that the broker refuses takes no other with it, and the order stays', async (t) => {
  const { producer, consumer, admin } = await open(t)
  await admin.createTopics([{ name: 'small', partitions: 1, config: { 'max.message.bytes': '400' } }])
  const small = topic('small', { key: Serdes.string, value: Serdes.string })
  const values = ['a', 'b', 'x'.repeat(500), 'c', 'd', 'y'.repeat(500), 'e']
  const sends = values.map((value) => producer.send(small, [{ key: 'k', value }]))
  const later = producer.send(small, [{ key: 'k', value: 'later' }])
  const outcomes = await Promise.allSettled(sends)
  t.same(
    outcomes.map((outcome) =>
      outcome.status === 'fulfilled' ? outcome.value[0]!.offset : (outcome.reason as { code: string }).code,
    ),
    [0, 1, 'TRANSPORT_MESSAGE_TOO_LARGE', 2, 3, 'TRANSPORT_MESSAGE_TOO_LARGE', 4],
  )
  t.match(await later, [{ offset: 5 }])
  t.same(
    (await take(await consumer({ topics: [small] }), 6)).map(({ value }) => value),
    ['a', 'b', 'c', 'd', 'e', 'later'],
  )
})

t.test('timestamps and partitions that cannot be are refused before anything is sent', async (t) => {
  const { producer, admin } = await open(t)
  const good = { key: 'k', value: 1 }
  for (const bad of [
    { timestamp: -1 },
    { timestamp: 1.5 },
    { timestamp: 2 ** 53 },
    { partition: 1 },
    { partition: -1 },
    { partition: 0.5 },
  ])
    await t.rejects(producer.send(counts, [good, { ...good, ...bad }]), { name: 'TypeError', message: /topic counts/ })
  t.match(await admin.listOffsets([{ topic: 'counts', partition: 0 }], 'latest'), [{ offset: 0 }])
  await admin.createPartitions('counts', 2)
  t.match(
    await producer.send(counts, [{ ...good, partition: 1 }]),
    [{ partition: 1, offset: 0 }],
    'a partition that was added since',
  )
})

t.test('a client that does not open leaves nothing open', async (t) => {
  const { cluster } = await open(t)
  const opened: string[] = []
  const watched = <C extends { close(): Promise<void> }>(name: string, client: C): C => {
    opened.push(name)
    const close = client.close.bind(client)
    client.close = () => {
      opened.splice(opened.indexOf(name), 1)
      return close()
    }
    return client
  }
  const refuses = (): Promise<never> => Promise.reject(new Error('refused'))
  const half: Cluster = {
    description: 'half',
    clock: cluster.clock,
    chance: cluster.chance,
    admin: async (options) => watched('admin', await cluster.admin(options)),
    fetcher: async (options) => watched('fetcher', await cluster.fetcher(options)),
    producer: refuses,
    transactionalProducer: refuses,
    groupCoordinator: refuses,
  }
  await t.rejects(openProducer(half, { clientId: 'test' }), { message: 'refused' })
  await t.rejects(openConsumer(half, { clientId: 'test', topics: [counts], groupId: 'g' }), { message: 'refused' })
  const missing = topic('missing', { key: Serdes.string, value: Serdes.string })
  await t.rejects(openConsumer(half, { clientId: 'test', topics: [missing] }), { code: 'TRANSPORT_UNKNOWN_TOPIC_OR_PARTITION' })
  t.same(opened, [])
})

t.test('a deserializationHandler that answers something else is an error', async (t) => {
  const { producer, consumer } = await open(t)
  await producer.send(topic('counts', { key: Serdes.string, value: Serdes.string }), [{ key: 'k', value: 'no long' }])
  for (const answer of [undefined, 'skip', Promise.reject(new Error('unheard'))])
    await t.rejects(take(await consumer({ topics: [counts], deserializationHandler: () => answer as 'fail' }), 1), {
      name: 'TypeError',
      message: /answers 'continue' or 'fail' at once, not (undefined|skip|a promise)/,
    })
})
