import t from 'tap'
import { StreamsBuilder } from '../../lib/dsl/streams-builder.ts'
import { EmbeddedKafka } from '../../lib/embedded.ts'
import { KafkaStreams } from '../../lib/kafka-streams.ts'
import type { Serde } from '../../lib/model/serde.ts'
import { topic } from '../../lib/model/topic.ts'
import { silentLogger } from '../../lib/runtime/logger.ts'
import type { StreamsOptions } from '../../lib/runtime/streams-config.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import type { Cluster } from '../../lib/transport/cluster.ts'
import { createTopics, produce, until } from './running.ts'

const lines = topic('lines', { key: Serdes.string, value: Serdes.string })
const never = (): Promise<void> => new Promise(() => undefined)

/** An application whose serde of values is this one. It notes what it has seen. */
function application(cluster: Cluster, seen: string[], serde: Partial<Serde<string>>, config: Partial<StreamsOptions> = {}) {
  const value: Serde<string> = {
    name: 'slow',
    serialize: (text, context) => Serdes.string.serialize(text, context),
    deserialize: (bytes, context) => Serdes.string.deserialize(bytes, context),
    ...serde,
  }
  const builder = new StreamsBuilder()
  builder.stream(topic('lines', { key: Serdes.string, value })).foreach((text) => void seen.push(text))
  builder.stream(topic('others', { key: Serdes.string, value: Serdes.string })).foreach((text) => void seen.push(text))
  if (serde.prepareWrite !== undefined)
    builder
      .stream(topic('written', { key: Serdes.string, value: Serdes.string }))
      .to(topic('lines', { key: Serdes.string, value }))
  const quick = { commitIntervalMs: 20, heartbeatIntervalMs: 20, retryBackoffMs: 10, pollMs: 10, fetchMaxWaitMs: 20 }
  return new KafkaStreams(builder.build(), { applicationId: 'app', cluster, logger: silentLogger, ...quick, ...config })
}

async function open() {
  const cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { lines: 2, others: 2, written: 2 })
  return cluster
}

const rows = ['1', '2', '3', '4'].map((key) => [key, `line ${key}`] as const)

t.test('a registry that does not answer holds up its own partitions, and no others; close does not wait for it', async (t) => {
  await using cluster = await open()
  const seen: string[] = []
  const streams = application(cluster, seen, { prepareRead: never })
  await streams.start()
  await until('running', () => streams.state === 'running')
  await produce(cluster, lines, rows)
  await produce(cluster, topic('others', lines), [['1', 'other']])
  await until('the other topic', () => seen.includes('other'))
  t.same(seen, ['other'])
  const before = Date.now()
  await streams.close()
  t.ok(Date.now() - before < 2000)
  t.equal(streams.state, 'not-running')
})

t.test('tasks that cannot start do not hold up others, nor the end', async (t) => {
  await using cluster = await open()
  const seen: string[] = []
  const streams = application(cluster, seen, { prepareWrite: never })
  await streams.start()
  await produce(cluster, topic('others', lines), [['1', 'other']])
  await until('the other topic', () => seen.includes('other'))
  const before = Date.now()
  await streams.close()
  t.ok(Date.now() - before < 2000)
})

t.test(
  'after maxPollIntervalMs the partitions of an instance whose registry does not answer go to the healthy ones',
  async (t) => {
    await using cluster = await open()
    const seen: string[] = []
    await using good = application(cluster, seen, {})
    const errors: unknown[] = []
    const uncaughtExceptionHandler = (error: unknown) => (errors.push(error), 'shutdown-client' as const)
    await using bad = application(cluster, [], { prepareRead: never }, { maxPollIntervalMs: 200, uncaughtExceptionHandler })
    await Promise.all([good.start(), bad.start()])
    await until('both running', () => [good, bad].every(({ state }) => state === 'running'))
    await until('tasks for both', () => bad.localTasks().length > 0 && good.localTasks().length > 0)
    await produce(cluster, lines, rows)
    await until('all records', () => new Set(seen).size === rows.length)
    t.equal(bad.state, 'error')
    t.match(errors, [{ code: 'STREAMS_SERDE_TIMEOUT' }])
  },
)
