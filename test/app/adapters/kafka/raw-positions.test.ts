import { test } from 'tap'
import { Serdes, openProducer, topic } from 'millrace'
import { EmbeddedKafka } from 'millrace/embedded'
import { KafkaRawTopics } from '../../../../app/adapters/kafka/kafka-raw-topics.ts'

const position = (text: string) => [{ key: 'source.position', value: Buffer.from(text) }]

test('a record that somebody else wrote to a raw topic does not hide the position of change capture', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  const admin = await cluster.admin({ clientId: 'test' })
  await admin.createTopics([{ name: 'raw', partitions: 2 }])
  const producer = await openProducer(cluster, { clientId: 'test' })
  const raw = topic('raw', { key: Serdes.string, value: Serdes.string })
  const send = (headers: ReturnType<typeof position>) => producer.send(raw, [{ key: 'a', value: 'x', headers }])
  await send(position('bank.transfers:1:0'))
  await send(position('bank.transfers:2:0'))
  for (let count = 0; count < 3; count++) await send([])
  const other = await openProducer(cluster, { clientId: 'test', transactionalId: 'other' })
  await other.transact(async (transaction) => void (await transaction.send(raw, [{ key: 'a', value: 'x' }])))
  // It stays open, as after kill -9.
  const open = Promise.withResolvers<void>()
  const written = Promise.withResolvers<void>()
  const transacting = other.transact(async (transaction) => {
    await transaction.send(raw, [{ key: 'a', value: 'x' }])
    written.resolve()
    await open.promise
  })
  await written.promise
  const topics = await KafkaRawTopics.open(cluster, ['raw'])
  const found = (await topics.lastRecords()).flatMap(({ headers }) => headers ?? [])
  t.same(
    found.map(({ value }) => Buffer.from(value).toString()),
    ['bank.transfers:2:0'],
  )
  open.resolve()
  await transacting
  await other.close()
  await topics.close()
  await producer.close()
  await admin.close()
})
