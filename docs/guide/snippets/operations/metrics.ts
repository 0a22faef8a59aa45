import { register } from 'prom-client'
import { KafkaStreams, Serdes, StreamsBuilder, openAdmin, openProducer, topic } from 'millrace'
import { EmbeddedKafka } from 'millrace/embedded'
import { prometheusMetrics } from 'millrace/metrics'
import { setTimeout } from 'node:timers/promises'

const words = topic('words', { key: Serdes.string, value: Serdes.string })
const builder = new StreamsBuilder()
builder.stream(words).foreach(() => undefined)

await using cluster = await EmbeddedKafka.open()
const admin = await openAdmin(cluster, { clientId: 'setup' })
await admin.createTopics([{ name: 'words', partitions: 1 }])
await admin.close()
const producer = await openProducer(cluster, { clientId: 'writer' })
await producer.send(words, [{ key: 'a', value: 'water' }])
await producer.close()

// #region publish
await using streams = new KafkaStreams(builder.build(), { applicationId: 'app', cluster, clientId: 'app-1' })
using _published = prometheusMetrics(streams, { registry: register })
await streams.start()
// #endregion publish

const isProcessed = () => streams.metrics().some((metric) => metric.name === 'process' && metric.value() === 1)
while (!isProcessed()) await setTimeout(10)
const text = await register.metrics()
const wanted = /^kafka_(stream_thread_process_total|consumer_fetch_manager_records_lag)\b/
for (const each of text.split('\n')) if (wanted.test(each)) console.log(each.replaceAll(/thread_id="[^"]*"/g, 'thread_id="…"'))
