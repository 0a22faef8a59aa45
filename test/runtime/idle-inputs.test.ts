import t from 'tap'
import { StreamsBuilder } from '../../lib/dsl/streams-builder.ts'
import { EmbeddedKafka } from '../../lib/embedded.ts'
import { KafkaStreams } from '../../lib/kafka-streams.ts'
import { topic } from '../../lib/model/topic.ts'
import { silentLogger } from '../../lib/runtime/logger.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import { createTopics, produce, until } from './running.ts'

const left = topic('left', { key: Serdes.string, value: Serdes.string })
const right = topic('right', { key: Serdes.string, value: Serdes.string })

t.test('An input whose unread records retention has removed does not hold up the others (KIP-695)', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { left: 1, right: 1 })
  let seen = 0
  const run = (): KafkaStreams => {
    const builder = new StreamsBuilder()
    builder
      .stream(left)
      .merge(builder.stream(right))
      .foreach(() => void seen++)
    return new KafkaStreams(builder.build(), { applicationId: 'idle', cluster, logger: silentLogger })
  }
  await produce(cluster, left, [['k', 'v']])
  await produce(cluster, right, [['k', 'v']])
  const first = run()
  await first.start()
  await until('both records are seen', () => seen === 2)
  await first.close()

  await produce(cluster, right, [['k', 'v']])
  await using admin = Object.assign(await cluster.admin({ clientId: 'test' }), {
    [Symbol.asyncDispose]: () => admin.close(),
  })
  await admin.deleteRecords([{ topic: 'right', partition: 0, offset: 2 }])
  await using second = run()
  await second.start()
  await produce(cluster, left, [['k', 'v']])
  await until('the record of the other input is seen', () => seen === 3)
  t.equal(second.state, 'running')
})
