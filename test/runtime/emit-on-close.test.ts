import t from 'tap'
import {
  KafkaStreams,
  nullable,
  Serdes,
  silentLogger,
  StreamsBuilder,
  TimeWindows,
  topic,
  type Cluster,
  type Logger,
} from 'millrace'
import { EmbeddedKafka } from 'millrace/embedded'
import { decodeCommittedMetadata } from '../../lib/runtime/task/partition-metadata.ts'
import { consume, createTopics, produce, until } from './running.ts'

const clicks = topic('clicks', { key: Serdes.string, value: Serdes.string })
const finals = topic('finals', { key: Serdes.string, value: nullable(Serdes.string) })

function application(cluster: Cluster, logger: Logger = silentLogger): KafkaStreams {
  const builder = new StreamsBuilder()
  builder
    .stream(clicks)
    .groupByKey()
    .windowedBy(TimeWindows.of({ sizeMs: 10 }))
    .emitStrategy('on-window-close')
    .reduce((all, value) => all + value, { value: Serdes.string, store: 'clicked' })
    .toStream()
    .map((value, { key, startMs }) => ({ key: `${key}@${startMs}`, value }))
    .to(finals)
  const fast = { commitIntervalMs: 20, heartbeatIntervalMs: 20, retryBackoffMs: 10, pollMs: 10, emitIntervalMs: 0 }
  return new KafkaStreams(builder.build(), { applicationId: 'app', cluster, logger, ...fast })
}

t.test('how far windows were emitted is committed with the offsets: after a restart none comes again', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { clicks: 1, finals: 1 })
  const emitted = async (): Promise<string[]> => (await consume(cluster, finals)).map(([key, value]) => `${key}=${value}`)
  {
    await using streams = application(cluster)
    await streams.start()
    await produce(cluster, clicks, [['k', 'a', 1], ['k', 'b', 12], ['k', 'c', 25]]) // prettier-ignore
    await until('two windows', async () => (await emitted()).length === 2)
  }
  const admin = await cluster.admin({ clientId: 'test' })
  const [offset] = await admin.committedOffsets('app', [{ topic: 'clicks', partition: 0 }], 'any')
  await admin.close()
  t.same([...decodeCommittedMetadata(offset!.metadata).processorMetadata], [['clicked', 25]])
  const warnings: string[] = []
  await using streams = application(cluster, { ...silentLogger, warn: (message) => void warnings.push(message) })
  await streams.start()
  await produce(cluster, clicks, [['k', 'late', 3], ['k', 'd', 1_000_000]]) // prettier-ignore
  await until('the third window', async () => (await emitted()).length >= 3)
  t.same(await emitted(), ['k@0=a', 'k@10=b', 'k@20=c'])
  t.match(warnings, [/its window is closed \(timestamp 3, windowStartMs 0, windowEndMs 10, graceMs 0, streamTimeMs 25\)/])
})
