import { KafkaStreams, StreamsError, openAdmin, openProducer, silentLogger } from 'millrace'
import { EmbeddedKafka } from 'millrace/embedded'
import { orders, ordersTopology } from './orders-topology.ts'

await using cluster = await EmbeddedKafka.open()
const admin = await openAdmin(cluster, { clientId: 'setup' })
await admin.createTopics(['orders', 'rates'].map((name) => ({ name, partitions: 1 })))
await admin.close()
const producer = await openProducer(cluster, { clientId: 'writer' })
await producer.send(orders, [{ key: '2', value: { cents: 100, parts: 0 } }])
await producer.close()

// #region end
const streams = new KafkaStreams(ordersTopology(), { applicationId: 'orders', cluster, logger: silentLogger })
await streams.start()
try {
  await streams.closed
} catch (error) {
  console.log(streams.state)
  if (error instanceof StreamsError) {
    console.log(`${error.code}: ${error.message}`)
    console.log(error.facts)
  }
}
// #endregion end
