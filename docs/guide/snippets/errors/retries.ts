import { KafkaStreams, Serdes, StreamsBuilder, openAdmin, openConsumer, openProducer, silentLogger, topic } from 'millrace'
import { EmbeddedKafka } from 'millrace/embedded'

const jobs = topic('jobs', { key: Serdes.string, value: Serdes.string })
const done = topic('done', { key: Serdes.string, value: Serdes.string })

let attempts = 0
function flaky(job: string): string {
  attempts++
  if (attempts < 3) throw new Error(`attempt ${attempts} failed`)
  return `${job}, at attempt ${attempts}`
}

const builder = new StreamsBuilder()
builder.stream(jobs).mapValues(flaky).to(done)

await using cluster = await EmbeddedKafka.open()
const admin = await openAdmin(cluster, { clientId: 'setup' })
await admin.createTopics(['jobs', 'done'].map((name) => ({ name, partitions: 1 })))
await admin.close()
const producer = await openProducer(cluster, { clientId: 'writer' })
await producer.send(jobs, [{ key: '1', value: 'paint the fence' }])
await producer.close()

// #region retry
await using streams = new KafkaStreams(builder.build(), {
  applicationId: 'jobs',
  cluster,
  processingGuarantee: 'exactly_once_v2',
  uncaughtExceptionHandler: (error) => {
    console.log((error as Error).message)
    return 'replace-thread'
  },
  logger: silentLogger,
})
await streams.start()
// #endregion retry

const consumer = await openConsumer(cluster, { clientId: 'reader', topics: [done] })
for await (const { records } of consumer) {
  console.log(records.map(({ value }) => value))
  break
}
await consumer.close()
