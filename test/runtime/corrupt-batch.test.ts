import t from 'tap'
import { StreamsBuilder } from '../../lib/dsl/streams-builder.ts'
import { EmbeddedKafka } from '../../lib/embedded.ts'
import { KafkaStreams } from '../../lib/kafka-streams.ts'
import { topic } from '../../lib/model/topic.ts'
import { silentLogger } from '../../lib/runtime/logger.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import type { EmbeddedCluster } from '../../lib/transport/embedded/embedded-cluster.ts'
import { placedAt, sealed } from '../transport/sealed-batches.ts'
import { consume, createTopics, until } from './running.ts'

const serdes = { key: Serdes.string, value: Serdes.string }
const input = topic('in', serdes)
const output = topic('out', serdes)
const fast = { commitIntervalMs: 10_000, heartbeatIntervalMs: 20, retryBackoffMs: 10, pollMs: 10 }

/** The stored batch at the offset, with one bit changed. */
function corrupt(cluster: EmbeddedCluster, topic: string, partition: number, offset: number): void {
  const damaged = sealed([['b', 'damaged']])
  damaged[damaged.length - 2]! ^= 1
  cluster.broker.topics.partition({ topic, partition }).load(placedAt(offset, damaged))
}

t.test('a corrupt batch ends the processing with an error that says where, once what is before it is committed', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { in: 2, out: 1 })
  const append = (partition: number, key: string) => cluster.broker.append({ topic: 'in', partition }, sealed([[key, key]]))
  for (let index = 0; index < 300; index++) append(0, `before ${index}`)
  corrupt(cluster, 'in', 0, 300)
  append(0, 'behind')
  for (let index = 0; index < 10; index++) append(1, `other ${index}`)
  const errors: unknown[] = []
  const handled: unknown[] = []
  const builder = new StreamsBuilder()
  builder.stream(input).to(output)
  const config = { applicationId: 'app', cluster, logger: silentLogger, ...fast }
  await using streams = new KafkaStreams(builder.build(), {
    ...config,
    deserializationHandler: (error) => {
      handled.push(error)
      return 'continue'
    },
    uncaughtExceptionHandler: (error) => {
      errors.push(error)
      return 'shutdown-client'
    },
  })
  streams.closed.catch(() => undefined)
  await streams.start()
  await until('an error', () => errors.length > 0)
  t.match(errors, [{ code: 'TRANSPORT_CORRUPT_MESSAGE', facts: { topic: 'in', partition: 0, offset: 300 } }])
  t.match((errors[0] as Error).message, /^Cannot read in-0 at offset 300\. /)
  t.same(handled, [], 'no handler of records can skip a batch')
  const written = (await consume(cluster, output)).map(([key]) => key)
  t.equal(written.filter((key) => key.startsWith('before')).length, 300)
  t.equal(written.filter((key) => key.startsWith('other')).length, 10)
  t.notOk(written.includes('behind'))
  const offsets = cluster.broker.offsets.of('app', [0, 1].map((partition) => ({ topic: 'in', partition }))) // prettier-ignore
  t.same(
    offsets.map(({ offset }) => offset),
    [300, 10],
  )
})

t.test('a corrupt batch of a global topic ends the start with an error that says where', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { in: 1, out: 1, global: 1 })
  cluster.broker.append({ topic: 'global', partition: 0 }, sealed([['a', 'a']]))
  corrupt(cluster, 'global', 0, 1)
  const builder = new StreamsBuilder()
  const table = builder.globalTable(topic('global', serdes))
  builder
    .stream(input)
    .join(
      table,
      (_value, key) => key,
      (value) => value,
    )
    .to(output)
  const config = { applicationId: 'app', cluster, logger: silentLogger, ...fast }
  const streams = new KafkaStreams(builder.build(), config)
  streams.closed.catch(() => undefined)
  await t.rejects(streams.start(), { code: 'TRANSPORT_CORRUPT_MESSAGE', facts: { topic: 'global', partition: 0, offset: 1 } })
})
