import { KafkaStreams, Serdes, StreamsBuilder, openAdmin, openConsumer, openProducer, topic } from 'millrace'
import type { Cluster } from 'millrace'
import { EmbeddedKafka } from 'millrace/embedded'

const words = topic('words', { key: Serdes.string, value: Serdes.string })
const counts = topic('counts', { key: Serdes.string, value: Serdes.long })
const builder = new StreamsBuilder()
builder.stream(words).groupByKey().count({ store: 'counts' }).toStream().to(counts)

await using cluster = await EmbeddedKafka.open()
const admin = await openAdmin(cluster, { clientId: 'setup' })
await admin.createTopics(['words', 'counts'].map((name) => ({ name, partitions: 1 })))
const producer = await openProducer(cluster, { clientId: 'writer' })
await producer.send(words, [{ key: 'a', value: 'water' }])
await producer.close()

async function run(expected: number): Promise<void> {
  const streams = new KafkaStreams(builder.build(), { applicationId: 'word-count', cluster, statestoreCacheMaxBytes: 0 })
  await streams.start()
  const consumer = await openConsumer(cluster, { clientId: 'reader', topics: [counts] })
  const seen: (number | null)[] = []
  for await (const { records } of consumer) {
    seen.push(...records.map(({ value }) => value))
    if (seen.length === expected) break
  }
  await consumer.close()
  await streams.close()
  console.log('counts of water:', seen)
}

// #region reset
/** Forgets what the application has done: offsets, stores and repartitioned records. No process of it may run. Delete its `stateDir`, too. */
async function reset(cluster: Cluster, applicationId: string): Promise<void> {
  const admin = await openAdmin(cluster, { clientId: 'reset' })
  const names = (await admin.metadata()).map(({ name }) => name)
  const internal = new RegExp(`^${applicationId}-.*-(changelog|repartition)$`)
  await admin.deleteTopics(names.filter((name) => internal.test(name)))
  await admin.deleteGroup(applicationId)
  await admin.close()
}
// #endregion reset

await run(1)
await reset(cluster, 'word-count')
await run(2)
await admin.close()
