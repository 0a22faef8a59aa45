import { Serdes, kafka, openAdmin, openConsumer, openProducer, topic } from 'millrace'
import type { Cluster } from 'millrace'
import { EmbeddedKafka } from 'millrace/embedded'

interface Order {
  readonly item: string
}
const orders = topic('orders', { key: Serdes.string, value: Serdes.json<Order>() })

// The guide runs on a broker in the process. In production: kafka({ bootstrapServers: '127.0.0.1:9092' }).
await using cluster: Cluster & AsyncDisposable = await EmbeddedKafka.open()
console.log(kafka({ bootstrapServers: '127.0.0.1:9092' }).description)

// #region admin
const admin = await openAdmin(cluster, { clientId: 'my-app' })
await admin.createTopics([{ name: 'orders', partitions: 3, config: { 'retention.ms': '86400000' } }])
// #endregion admin

// #region producer
const producer = await openProducer(cluster, { clientId: 'my-app', compression: 'gzip' })
const sent = await producer.send(orders, [
  { key: '1', value: { item: 'tea' }, headers: [{ key: 'trace', value: new TextEncoder().encode('a1') }] },
  { key: '2', value: { item: 'jam' }, timestamp: 1_700_000_000_000 },
])
console.log(sent.length, 'acknowledged')
await producer.close()
// #endregion producer

// #region consumer
const consumer = await openConsumer(cluster, { clientId: 'my-app', groupId: 'printers', topics: [orders] })
let count = 0
for await (const { records } of consumer) {
  for (const { key, value, headers } of records) console.log(key, value?.item, headers.length)
  await consumer.commit() // what this and earlier turns of the loop have had
  count += records.length
  if (count === 2) break
}
await consumer.close()
// #endregion consumer

// #region offsets
const partitions = [0, 1, 2].map((partition) => ({ topic: 'orders', partition }))
const ends = await admin.listOffsets(partitions, 'latest')
const committed = await admin.committedOffsets('printers', partitions, 'stable')
const lag = ends.map(({ partition, offset }) => offset - (committed.find((each) => each.partition === partition)?.offset ?? 0))
console.log('lag:', lag)
await admin.close()
// #endregion offsets
