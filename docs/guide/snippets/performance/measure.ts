import { setTimeout } from 'node:timers/promises'
import { KafkaStreams, Serdes, StreamsBuilder, openAdmin, openProducer, topic } from 'millrace'
import type { Metric } from 'millrace'
import { EmbeddedKafka } from 'millrace/embedded'

const words = topic('words', { key: Serdes.string, value: Serdes.string })
const builder = new StreamsBuilder()
builder.stream(words).groupByKey().count({ store: 'counts' })

await using cluster = await EmbeddedKafka.open()
const admin = await openAdmin(cluster, { clientId: 'setup' })
await admin.createTopics([{ name: 'words', partitions: 1 }])
await admin.close()
const total = 10_000
const producer = await openProducer(cluster, { clientId: 'writer' })
await producer.send(
  words,
  Array.from({ length: total }, (_, index) => ({ key: `key-${index % 100}`, value: 'water' })),
)
await producer.close()

// #region measure
await using streams = new KafkaStreams(builder.build(), { applicationId: 'app', cluster })
await streams.start()

const named = (name: string): Metric | undefined =>
  streams.metrics().find((metric) => metric.group === 'stream-thread-metrics' && metric.name === name)

while (named('process')?.value() !== total) await setTimeout(10)
const latency = named('process-latency')
if (latency?.kind === 'histogram') {
  const { count, sum } = latency.value()
  console.log(`${total} records, ${count > 0 && sum > 0 ? 'some' : 'no'} time`)
}
// #endregion measure
