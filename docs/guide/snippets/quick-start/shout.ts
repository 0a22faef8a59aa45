// #region imports
import { KafkaStreams, Serdes, StreamsBuilder, openAdmin, openConsumer, openProducer, topic } from 'millrace'
import { EmbeddedKafka } from 'millrace/embedded'
// #endregion imports

// #region topology
const words = topic('words', { key: Serdes.string, value: Serdes.string })
const shouted = topic('shouted', { key: Serdes.string, value: Serdes.string })

const builder = new StreamsBuilder()
builder
  .stream(words)
  .filter((word) => word.length > 2)
  .mapValues((word) => word.toUpperCase())
  .to(shouted)
// #endregion topology

// #region topics
await using cluster = await EmbeddedKafka.open()
const admin = await openAdmin(cluster, { clientId: 'setup' })
await admin.createTopics([
  { name: 'words', partitions: 2 },
  { name: 'shouted', partitions: 2 },
])
await admin.close()
// #endregion topics

// #region run
await using streams = new KafkaStreams(builder.build(), { applicationId: 'shouter', cluster })
await streams.start()

const producer = await openProducer(cluster, { clientId: 'writer' })
await producer.send(words, [
  { key: 'a', value: 'water' },
  { key: 'b', value: 'is' },
  { key: 'a', value: 'moving' },
])
await producer.close()
// #endregion run

// #region read
const consumer = await openConsumer(cluster, { clientId: 'reader', topics: [shouted] })
let count = 0
for await (const { records } of consumer) {
  for (const { key, value } of records) console.log(key, value)
  count += records.length
  if (count === 2) break
}
await consumer.close()
// #endregion read
