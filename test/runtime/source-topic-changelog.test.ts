import t from 'tap'
import { StreamsBuilder } from '../../lib/dsl/streams-builder.ts'
import { EmbeddedKafka } from '../../lib/embedded.ts'
import { KafkaStreams } from '../../lib/kafka-streams.ts'
import { topic } from '../../lib/model/topic.ts'
import { logAndContinue } from '../../lib/runtime/errors/error-handlers.ts'
import { silentLogger } from '../../lib/runtime/logger.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import type { Topology } from '../../lib/topology/topology.ts'
import type { Cluster } from '../../lib/transport/cluster.ts'
import { consume, createTopics, produce, until } from './running.ts'

// `reuse.ktable.source.topics` on a cluster: the table is restored from its own topic, as far as that is committed.

const users = topic('users', { key: Serdes.string, value: Serdes.long })
const seen = topic('seen', { key: Serdes.string, value: Serdes.long })

function topology(): Topology {
  const builder = new StreamsBuilder()
  builder.table(users, { store: 'users' }).toStream().to(seen)
  return builder.build({ optimization: ['reuse.ktable.source.topics'] })
}

function application(cluster: Cluster, restored: number[]): KafkaStreams {
  const stateRestoreListener = { onRestoreEnd: (_partition: unknown, _store: string, total: number) => void restored.push(total) }
  const fast = { commitIntervalMs: 20, heartbeatIntervalMs: 20, retryBackoffMs: 10, pollMs: 10 }
  const config = {
    applicationId: 'app',
    cluster,
    statestoreCacheMaxBytes: 0,
    logger: silentLogger,
    ...fast,
    stateRestoreListener,
  }
  return new KafkaStreams(topology(), { ...config, deserializationHandler: logAndContinue })
}

t.test('a table is restored from its topic up to what is committed; the rest of the topic is processed', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { users: 1, seen: 1 })
  const seenKeys = async (): Promise<string> => (await consume(cluster, seen)).map(([key]) => key).join('')
  const restored: number[] = []
  {
    await using streams = application(cluster, restored)
    await streams.start()
    // A record that the handler skips is in the topic all the same.
    await produce(cluster, users, [['a', 1], ['b', 2], ['p', new Uint8Array(1)], ['a', 3]]) // prettier-ignore
    await until('all are seen', async () => (await seenKeys()) === 'aba')
    t.equal(await streams.store<string, number>('users').get('p'), null)
  }
  await produce(cluster, users, [['c', 4]])
  await using streams = application(cluster, restored)
  await streams.start()
  await until('the last is seen', async () => (await seenKeys()) === 'abac')
  t.same(restored, [0, 4])
  const store = streams.store<string, number>('users')
  t.same(await Promise.all(['a', 'b', 'c'].map((key) => store.get(key))), [3, 2, 4])
  t.equal(await store.get('p'), null, 'what the handler skipped does not come back')
  const admin = await cluster.admin({ clientId: 'test' })
  const topics = (await admin.metadata()).map(({ name }) => name)
  await admin.close()
  t.notOk(topics.includes('app-users-changelog'))
})
