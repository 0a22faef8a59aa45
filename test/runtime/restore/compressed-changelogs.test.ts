import t from 'tap'
import { StreamsBuilder } from '../../../lib/dsl/streams-builder.ts'
import { TimeWindows } from '../../../lib/dsl/windows/time-windows.ts'
import { EmbeddedKafka } from '../../../lib/embedded.ts'
import { KafkaStreams } from '../../../lib/kafka-streams.ts'
import { topic } from '../../../lib/model/topic.ts'
import { silentLogger } from '../../../lib/runtime/logger.ts'
import { Serdes } from '../../../lib/serde/serdes.ts'
import { collected, createTopics, produce, until } from '../running.ts'

const input = topic('in', { key: Serdes.string, value: Serdes.string })
// The changelog of windows is deleted after a while, so its records are of today.
const now = Date.now()
const rows = Array.from({ length: 300 }, (_, index) => [`key-${index % 40}`, 'v'.repeat(index), now + index] as const)

for (const compressionType of ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)
  t.test(`stores are restored from changelogs whose batches are compressed by ${compressionType}`, async (t) => {
    await using cluster = await EmbeddedKafka.open()
    await createTopics(cluster, { in: 1 })
    await produce(cluster, input, rows)
    const run = async (isWhole: (counts: readonly unknown[]) => boolean): Promise<readonly unknown[]> => {
      const builder = new StreamsBuilder()
      const grouped = builder.stream(input).groupByKey()
      grouped.count({ store: 'counts' })
      grouped.windowedBy(TimeWindows.of({ sizeMs: 100, graceMs: 60_000 })).count({ store: 'windows' })
      const options = { applicationId: 'app', cluster, logger: silentLogger, commitIntervalMs: 10, compressionType }
      await using streams = new KafkaStreams(builder.build(), options)
      await streams.start()
      await until('it runs', () => streams.state === 'running')
      const counts = (): Promise<readonly unknown[]> => collected(streams.store('counts').all())
      await until('all is counted', async () => isWhole(await counts()))
      return [await counts(), await collected(streams.store('windows', 'window').all())]
    }
    const total = (counts: readonly unknown[]): number =>
      (counts as readonly { readonly value: number }[]).reduce((sum, { value }) => sum + value, 0)
    const first = await run((counts) => total(counts) === rows.length)
    t.strictSame(await run((counts) => counts.length === 40), first)
  })
