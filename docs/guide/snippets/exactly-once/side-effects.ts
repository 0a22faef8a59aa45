import { KafkaStreams, Serdes, StreamsBuilder, openAdmin, openConsumer, openProducer, silentLogger, topic } from 'millrace'
import { EmbeddedKafka } from 'millrace/embedded'

const invoices = topic('invoices', { key: Serdes.string, value: Serdes.double })
const sums = topic('sums', { key: Serdes.string, value: Serdes.double })

// #region topology
const mails: string[] = []
let isBroken = true

const builder = new StreamsBuilder()
builder
  .stream(invoices)
  .peek((_, user) => void mails.push(user)) // Stands for a mail, a request, a row in a database.
  .groupByKey()
  .reduce((sum, invoice) => sum + invoice, { store: 'sums' })
  .toStream()
  .peek((_, user) => {
    if (!isBroken) return
    isBroken = false
    throw new Error(`The power is gone before ${user} has a sum.`)
  })
  .to(sums)
// #endregion topology

await using cluster = await EmbeddedKafka.open()
const admin = await openAdmin(cluster, { clientId: 'setup' })
await admin.createTopics(['invoices', 'sums'].map((name) => ({ name, partitions: 1 })))
await admin.close()
const producer = await openProducer(cluster, { clientId: 'writer' })
await producer.send(invoices, [{ key: 'ann', value: 5 }])
await producer.close()

await using streams = new KafkaStreams(builder.build(), {
  applicationId: 'invoices',
  cluster,
  processingGuarantee: 'exactly_once_v2',
  uncaughtExceptionHandler: () => 'replace-thread',
  statestoreCacheMaxBytes: 0,
  logger: silentLogger,
})
await streams.start()

const consumer = await openConsumer(cluster, { clientId: 'reader', topics: [sums] })
for await (const { records } of consumer) {
  for (const { key, value } of records) console.log(`the sum of ${key}: ${value}`)
  break
}
await consumer.close()
console.log('mails:', mails)
