import { StreamsBuilder } from '../../lib/dsl/streams-builder.ts'
import { EmbeddedKafka } from '../../lib/embedded.ts'
import { KafkaStreams } from '../../lib/kafka-streams.ts'
import { silentLogger } from '../../lib/runtime/logger.ts'
import { createTopics, produce, until } from './running.ts'
import { lines } from './word-count.ts'

// Run as a process of its own. The argument says who hears of the failure.

const observer = process.argv[2]
const cluster = await EmbeddedKafka.open()
await createTopics(cluster, { lines: 1 })
const builder = new StreamsBuilder()
builder.stream(lines).foreach(() => {
  if (observer !== 'nothing fails') throw new Error('boom')
})
const streams = new KafkaStreams(builder.build(), {
  applicationId: 'app',
  cluster,
  logger: silentLogger,
  pollMs: 10,
  ...(observer === 'uncaughtExceptionHandler' ? { uncaughtExceptionHandler: () => 'shutdown-client' as const } : {}),
})
if (observer === 'closed') streams.closed.catch(() => undefined)
if (observer === 'closed, without a handler') void streams.closed
await streams.start()
await produce(cluster, lines, [['1', 'a']])
if (observer === 'nothing fails') {
  await until('running', () => streams.state === 'running')
  await streams.close()
}
