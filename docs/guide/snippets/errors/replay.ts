import { KafkaStreams, Serdes, logAndContinue, openAdmin, openConsumer, openProducer, silentLogger, topic } from 'millrace'
import { EmbeddedKafka } from 'millrace/embedded'
import { orders, ordersTopology, rates } from './orders-topology.ts'

await using cluster = await EmbeddedKafka.open()
const admin = await openAdmin(cluster, { clientId: 'setup' })
await admin.createTopics(['orders', 'rates', 'orders-dlq'].map((name) => ({ name, partitions: 1 })))
await admin.close()
const producer = await openProducer(cluster, { clientId: 'writer' })
await producer.send(orders, [{ key: '2', value: { cents: 100, parts: 0 } }])

await using streams = new KafkaStreams(ordersTopology(), {
  applicationId: 'orders',
  cluster,
  errorsDeadLetterQueueTopicName: 'orders-dlq',
  processingHandler: logAndContinue,
  logger: silentLogger,
})
await streams.start()

// #region replay
const letters = topic('orders-dlq', { key: Serdes.string, value: orders.value })
const consumer = await openConsumer(cluster, { clientId: 'mender', groupId: 'menders', topics: [letters] })
for await (const { records } of consumer) {
  const mended = records.flatMap(({ key, value }) =>
    key === null || value === null ? [] : [{ key, value: { ...value, parts: Math.max(1, value.parts) } }],
  )
  await producer.send(orders, mended)
  await consumer.commit()
  break
}
await consumer.close()
// #endregion replay
await producer.close()

const results = await openConsumer(cluster, { clientId: 'reader', topics: [rates] })
for await (const { records } of results) {
  console.log(records.map(({ key, value }) => `${key}: ${value}`))
  break
}
await results.close()
