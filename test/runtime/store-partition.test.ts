import t from 'tap'
import { EmbeddedKafka } from '../../lib/embedded.ts'
import { KafkaStreams } from '../../lib/kafka-streams.ts'
import { silentLogger } from '../../lib/runtime/logger.ts'
import { collected, consume, createTopics, produce, until } from './running.ts'
import { counts, lines, wordCount } from './word-count.ts'

t.test('a store that is asked for a partition answers from that one alone', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { lines: 2, counts: 1 })
  const fast = { commitIntervalMs: 20, heartbeatIntervalMs: 20, retryBackoffMs: 10, pollMs: 10 }
  await using streams = new KafkaStreams(wordCount(), { applicationId: 'app', cluster, logger: silentLogger, ...fast })
  await streams.start()
  await produce(cluster, lines, [['0', 'a b c d e f']])
  await until('the words', async () => (await consume(cluster, counts)).some(([word]) => word === 'f'))
  const [whole, ...partitions] = [undefined, 0, 1].map((partition) =>
    streams.store<string, number>('words', 'key-value', { partition }),
  )
  const [all, ...some] = await Promise.all([whole!, ...partitions].map((words) => collected(words.all())))
  t.ok(some.every((rows) => rows.length > 0))
  t.same(some.flat(), all)
  for (const [partition, rows] of some.entries())
    for (const { key } of rows) {
      t.equal(await partitions[partition]!.get(key), 1)
      t.equal(await partitions[1 - partition]!.get(key), null)
    }
  await t.rejects(streams.store('words', 'key-value', { partition: 2 }).get('a'), {
    code: 'STREAMS_STORE_NOT_AVAILABLE',
    message: /^Partition 2 of the store words cannot be read here now/,
  })
})
