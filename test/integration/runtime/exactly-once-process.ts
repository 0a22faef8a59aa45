/**
 * Counts the words of a topic exactly once, through a repartition topic. SIGTERM closes it.
 *
 *     node exactly-once-process.ts BOOTSTRAP APPLICATION_ID STATE_DIR INPUT OUTPUT
 */
import { KafkaStreams, Serdes, StreamsBuilder, topic } from '../../../lib/index.ts'

const [bootstrapServers, applicationId, stateDir, input, output] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
]
const builder = new StreamsBuilder()
builder
  .stream(topic(input, { key: Serdes.string, value: Serdes.string }))
  .groupBy((word) => word, { key: Serdes.string, value: Serdes.string })
  .count({ store: { name: 'words', caching: 'disabled' } })
  .toStream()
  .to(topic(output, { key: Serdes.string, value: Serdes.long }))
const streams = new KafkaStreams(builder.build(), {
  applicationId,
  bootstrapServers,
  stateDir,
  processingGuarantee: 'exactly_once_v2',
  uncaughtExceptionHandler: () => 'replace-thread',
  stateRestoreListener: {
    onRestoreStart: (_partition, store, start, end) => console.log(JSON.stringify({ store, start, end })),
  },
})
process.on('SIGTERM', () => void streams.close().then(() => process.exit(0)))
await streams.start()
