import t from 'tap'
import { EmbeddedKafka } from '../lib/embedded.ts'
import { topic } from '../lib/model/topic.ts'
import { Serdes } from '../lib/serde/serdes.ts'
import { openAdmin, openConsumer, openProducer } from '../lib/transport/topic-clients/open-topic-clients.ts'

const words = topic('words', { key: Serdes.string, value: Serdes.string })

async function read(cluster: Awaited<ReturnType<typeof EmbeddedKafka.open>>, count: number): Promise<string[]> {
  const consumer = await openConsumer(cluster, { clientId: 'test', topics: [words] })
  const values: string[] = []
  for await (const { records } of consumer) {
    values.push(...records.map(({ value }) => value ?? 'null'))
    if (values.length >= count) break
  }
  await consumer.close()
  return values
}

t.test('a cluster in a folder has its records again when it is opened again', async (t) => {
  const dir = t.testdir()
  for (const value of ['one', 'two', 'three']) {
    await using cluster = await EmbeddedKafka.open({ dir })
    const admin = await openAdmin(cluster, { clientId: 'test' })
    if ((await admin.metadata(['words'])).length === 0) await admin.createTopics([{ name: 'words', partitions: 1 }])
    const producer = await openProducer(cluster, { clientId: 'test' })
    await producer.send(words, [{ key: 'k', value }])
    await producer.close()
  }
  await using cluster = await EmbeddedKafka.open({ dir })
  t.same(await read(cluster, 3), ['one', 'two', 'three'])
})

t.test('a cluster without a storage is empty each time, and makes topics by itself only if told to', async (t) => {
  await using strict = await EmbeddedKafka.open()
  const refused = await strict.producer({
    clientId: 'test',
    acks: 'all',
    idempotence: 'enabled',
    compression: 'none',
    requestTimeoutMs: 1,
    deliveryTimeoutMs: 1,
  })
  const batch = refused.newBatch()
  batch.append(null, null, 0, [])
  await t.rejects(refused.send({ topic: 'words', partition: 0 }, batch), { code: 'TRANSPORT_UNKNOWN_TOPIC_OR_PARTITION' })

  await using lenient = await EmbeddedKafka.open({ autoCreateTopics: { partitions: 3 } })
  const producer = await lenient.producer({
    clientId: 'test',
    acks: 'all',
    idempotence: 'enabled',
    compression: 'none',
    requestTimeoutMs: 1,
    deliveryTimeoutMs: 1,
  })
  await producer.send({ topic: 'words', partition: 2 }, batch)
  const admin = await lenient.admin({ clientId: 'test' })
  t.equal((await admin.metadata(['words']))[0]?.partitions.length, 3)
})
