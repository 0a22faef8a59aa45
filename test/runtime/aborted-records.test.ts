import t from 'tap'
import { StreamsBuilder } from '../../lib/dsl/streams-builder.ts'
import { EmbeddedKafka } from '../../lib/embedded.ts'
import { KafkaStreams } from '../../lib/kafka-streams.ts'
import { topic } from '../../lib/model/topic.ts'
import { silentLogger } from '../../lib/runtime/logger.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import type { Cluster } from '../../lib/transport/cluster.ts'
import { sealed, sealedMarker, transactionalBy } from '../transport/sealed-batches.ts'
import { consume, createTopics, until } from './running.ts'

const serdes = { key: Serdes.string, value: Serdes.string }
const users = topic('users', serdes)
const logins = topic('logins', serdes)
const seen = topic('seen', serdes)

/** A cluster whose fetchers ask for committed records, as an application with exactly-once does. */
function readCommitted(cluster: Cluster): Cluster {
  return {
    description: cluster.description,
    clock: cluster.clock,
    chance: cluster.chance,
    admin: (options) => cluster.admin(options),
    producer: (options) => cluster.producer(options),
    transactionalProducer: (options) => cluster.transactionalProducer(options),
    groupCoordinator: (options) => cluster.groupCoordinator(options),
    async fetcher(options) {
      const fetcher = await cluster.fetcher(options)
      return {
        fetch: (positions, limits) => fetcher.fetch(positions, { ...limits, isolationLevel: 'read_committed' }),
        heldBytes: 0,
        close: () => fetcher.close(),
      }
    },
  }
}

t.test('neither the loop nor the global thread processes what a transaction aborted', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { users: 1, logins: 1, seen: 1 })
  const append = (topic: string, batch: Uint8Array) => void cluster.broker.append({ topic, partition: 0 }, batch)
  for (const { name } of [users, logins]) {
    append(name, sealed([['a', `${name} committed`]], { stamp: transactionalBy(5, 0) }))
    append(name, sealedMarker('commit', 5))
    append(name, sealed([['b', `${name} aborted`]], { stamp: transactionalBy(5, 1) }))
    append(name, sealedMarker('abort', 5))
  }
  append(logins.name, sealed([['b', 'plain']]))
  const builder = new StreamsBuilder()
  builder
    .stream(logins)
    .leftJoin(
      builder.globalTable(users),
      (_value, key) => key,
      (login, user) => `${login}, ${user ?? 'nobody'}`,
    )
    .to(seen)
  const fast = { commitIntervalMs: 20, heartbeatIntervalMs: 20, retryBackoffMs: 10, pollMs: 10 }
  const config = { applicationId: 'app', cluster: readCommitted(cluster), logger: silentLogger, ...fast }
  await using streams = new KafkaStreams(builder.build(), config)
  await streams.start()
  const isThere = async () => (await consume(cluster, seen)).some(([, value]) => value === 'plain, nobody')
  await until('the last login is seen', isThere)
  t.same(await consume(cluster, seen), [
    ['a', 'logins committed, users committed'],
    ['b', 'plain, nobody'],
  ])
})
