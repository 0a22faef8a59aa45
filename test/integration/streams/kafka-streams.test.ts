import t from 'tap'
import { kafka, KafkaStreams, silentLogger } from '../../../lib/index.ts'
import { consume, createTopics, produce, until } from '../../runtime/running.ts'
import { counts, lines, wordCount } from '../../runtime/word-count.ts'
import { ownKafka } from '../../servers/kafka-for-tests.ts'
import { freePort } from '../../servers/server-process.ts'

t.test('an unreachable broker', async (t) => {
  const bootstrapServers = `127.0.0.1:${await freePort()}`
  const cluster = kafka({ bootstrapServers, bootstrapTimeoutMs: 500 })
  const streams = new KafkaStreams(wordCount(), { applicationId: 'app', cluster, logger: silentLogger })
  await t.rejects(streams.start(), { code: 'TRANSPORT_BROKER_UNREACHABLE' })
  t.equal(streams.state, 'error')
})

const server = await ownKafka(t)
if (server !== null) {
  const cluster = kafka({ bootstrapServers: server.bootstrapServers })

  t.test('a source topic that is missing', async (t) => {
    const streams = new KafkaStreams(wordCount(), { applicationId: 'missing', cluster, logger: silentLogger })
    await t.rejects(streams.start(), { code: 'STREAMS_MISSING_SOURCE_TOPIC', facts: { topics: ['lines'] } })
  })

  t.test('internal topics are named and configured as by Kafka Streams; a restart replays less than the changelog', async (t) => {
    await createTopics(cluster, { lines: 2, counts: 2 })
    const restores: { readonly start: number; total: number }[] = []
    const config = {
      applicationId: 'app',
      cluster,
      stateDir: t.testdir(),
      commitIntervalMs: 100,
      logger: silentLogger,
      stateRestoreListener: {
        onRestoreStart: (_: unknown, _store: string, start: number) => void restores.push({ start, total: 0 }),
        onRestoreEnd: (_: unknown, _store: string, total: number) => void (restores.at(-1)!.total += total),
      },
    }
    const first = new KafkaStreams(wordCount(), config)
    await first.start()
    await produce(
      cluster,
      lines,
      Array.from({ length: 40 }, (_, index) => [String(index), `w${index % 5} all`, Date.now()] as const),
    )
    const expected = new Map([['all', 40], ...Array.from({ length: 5 }, (_, index) => [`w${index}`, 8] as const)] as const)
    await until('all words', async () => new Map(await consume(cluster, counts)).get('all') === 40)
    await first.close()
    t.strictSame(new Map([...new Map(await consume(cluster, counts))].sort()), expected)

    const admin = await cluster.admin({ clientId: 'test' })
    const [changelog, repartition] = ['app-words-changelog', 'app-words-repartition']
    t.match(await admin.describeTopicConfig(changelog), { 'cleanup.policy': 'compact', 'message.timestamp.type': 'CreateTime' })
    const purged = { 'cleanup.policy': 'delete', 'segment.bytes': '52428800', 'retention.ms': '-1' }
    t.match(await admin.describeTopicConfig(repartition), purged)
    const both = [0, 1].map((partition) => ({ topic: changelog, partition }))
    const held = (await admin.listOffsets(both, 'latest')).reduce((sum, { offset }) => sum + offset, 0)
    await admin.close()

    restores.length = 0
    const again = new KafkaStreams(wordCount(), config)
    await again.start()
    await until('all tasks', () => again.localTasks().filter(({ state }) => state === 'running').length === 4)
    t.ok(
      restores.length > 0 && restores.every(({ start }) => start > 0),
      `opened at ${restores.map(({ start }) => start).join()}`,
    )
    const replayed = restores.reduce((sum, { total }) => sum + total, 0)
    t.ok(replayed < held, `${replayed} of ${held} records replayed`)
    await produce(cluster, lines, [['x', 'all', Date.now()]])
    await until('counted on', async () => new Map(await consume(cluster, counts)).get('all') === 41)
    await again.close()
  })
}
