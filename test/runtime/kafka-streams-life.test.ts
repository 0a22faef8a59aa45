import t from 'tap'
import { sleep } from '../../lib/clock/clock.ts'
import { systemClock } from '../../lib/clock/system-clock.ts'
import { StreamsBuilder } from '../../lib/dsl/streams-builder.ts'
import { EmbeddedKafka } from '../../lib/embedded.ts'
import { KafkaStreams } from '../../lib/kafka-streams.ts'
import { TransportError } from '../../lib/model/errors.ts'
import { topic } from '../../lib/model/topic.ts'
import { silentLogger } from '../../lib/runtime/logger.ts'
import type { StreamsOptions } from '../../lib/runtime/streams-config.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import type { Topology } from '../../lib/topology/topology.ts'
import type { OffsetReset } from '../../lib/topology/topology-plan.ts'
import type { Cluster } from '../../lib/transport/cluster.ts'
import { consume, createTopics, produce, until } from './running.ts'

const lines = topic('lines', { key: Serdes.string, value: Serdes.string })
const passed = topic('passed', { key: Serdes.string, value: Serdes.string })

function copying(offsetReset?: OffsetReset): Topology {
  const builder = new StreamsBuilder()
  builder.stream(lines, { offsetReset }).to(passed)
  return builder.build()
}

function application(cluster: Cluster, topology: Topology, config: Partial<StreamsOptions> = {}): KafkaStreams {
  const fast = { commitIntervalMs: 20, heartbeatIntervalMs: 20, retryBackoffMs: 10, pollMs: 10, fetchMaxWaitMs: 20 }
  return new KafkaStreams(topology, { applicationId: 'app', cluster, logger: silentLogger, ...fast, ...config })
}

const passedValues = async (cluster: Cluster) => (await consume(cluster, passed)).map(([, value]) => value)

t.test('a paused application processes nothing and keeps its tasks; resumed, it goes on', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { lines: 2, passed: 1 })
  await using streams = application(cluster, copying(), { sessionTimeoutMs: 100 })
  await streams.start()
  await until('running', () => streams.state === 'running')
  streams.pause()
  t.ok(streams.isPaused)
  await produce(cluster, lines, [['1', 'a'], ['2', 'b']]) // prettier-ignore
  await sleep(systemClock, 200)
  t.same(await passedValues(cluster), [])
  t.equal(streams.state, 'running')
  t.same(
    streams.localTasks().map(({ state }) => state),
    ['running', 'running'],
  )
  streams.resume()
  t.notOk(streams.isPaused)
  await until('both', async () => (await passedValues(cluster)).length === 2)
})

t.test(
  'an application that is paused before its start joins, and processes when it is resumed; it closes while it pauses',
  async (t) => {
    await using cluster = await EmbeddedKafka.open()
    await createTopics(cluster, { lines: 1, passed: 1 })
    await produce(cluster, lines, [['1', 'a']])
    const streams = application(cluster, copying())
    streams.pause()
    await streams.start()
    await until('running', () => streams.state === 'running')
    await sleep(systemClock, 50)
    t.same(await passedValues(cluster), [])
    streams.resume()
    await until('the record', async () => (await passedValues(cluster)).length === 1)
    streams.pause()
    await streams.close()
    t.equal(streams.state, 'not-running')
  },
)

for (const [name, options, config, members] of [
  ['leaves the group', {}, {}, 'gone'],
  ['with a group instance id stays in it', {}, { groupInstanceId: 'one' }, 'there'],
  ['stays where leaveGroup is false', { leaveGroup: false }, {}, 'there'],
  ['with a group instance id leaves where leaveGroup is true', { leaveGroup: true }, { groupInstanceId: 'one' }, 'gone'],
] as const)
  t.test(`an application that closes ${name}`, async (t) => {
    await using cluster = await EmbeddedKafka.open()
    await createTopics(cluster, { lines: 1, passed: 1 })
    const first = application(cluster, copying(), { ...config, sessionTimeoutMs: 600 })
    await first.start()
    await until('running', () => first.state === 'running')
    await first.close(options)
    const closedAtMs = systemClock.now()
    await using second = application(cluster, copying(), { sessionTimeoutMs: 600 })
    await second.start()
    await until('the task', () => second.localTasks().some(({ state }) => state === 'running'))
    const waitedMs = systemClock.now() - closedAtMs
    if (members === 'there') t.ok(waitedMs >= 300, `the task waits for the session to end, and waited ${waitedMs} ms`)
    else t.equal(second.state === 'error', false)
  })

t.test('a source that begins by duration skips what is older', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { lines: 1, passed: 1 })
  const now = systemClock.now()
  await produce(cluster, lines, [['1', 'old', now - 3_600_000], ['2', 'new', now - 1000]]) // prettier-ignore
  await using streams = application(cluster, copying({ byDurationMs: 60_000 }), { autoOffsetReset: 'none' })
  await streams.start()
  await until('the new one', async () => (await passedValues(cluster)).length > 0)
  t.same(await passedValues(cluster), ['new'])
})

t.test('configuration of offsets, store formats and the cluster is checked', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  const make = (config: object) => () => new KafkaStreams(copying(), { applicationId: 'app', cluster, ...config })
  const refused = (key: string) => ({ code: 'STREAMS_CONFIG_INVALID', facts: { key } })
  t.throws(make({ autoOffsetReset: 'first' }), refused('autoOffsetReset'))
  t.throws(make({ autoOffsetReset: { byDurationMs: -1 } }), refused('autoOffsetReset'))
  t.throws(make({ dslStoreFormat: 'headers' }), { ...refused('dslStoreFormat'), message: /KIP-1271/ })
  t.throws(make({ bootstrapServers: 'localhost:9092' }), refused('bootstrapServers'))
  t.throws(make({ commitIntervallMs: 5 }), { code: 'STREAMS_CONFIG_UNKNOWN', message: /Did you mean commitIntervalMs\?/ })
  t.doesNotThrow(make({ autoOffsetReset: { byDurationMs: 5 }, bootstrapServers: undefined, clientId: undefined }))
})

t.test('close is cut short at its timeout where the cluster does not answer: everything is closed all the same', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { lines: 1, passed: 1 })
  await produce(cluster, lines, [['1', 'a']])
  let isAway = false
  let open = 0
  const silent: Cluster = {
    description: 'silent',
    clock: cluster.clock,
    chance: cluster.chance,
    admin: (options) => cluster.admin(options),
    fetcher: (options) => cluster.fetcher(options),
    transactionalProducer: (options) => cluster.transactionalProducer(options),
    groupCoordinator: (options) => cluster.groupCoordinator(options),
    async producer(options) {
      const inner = await cluster.producer(options)
      const closed = Promise.withResolvers<never>()
      closed.promise.catch(() => undefined)
      open++
      return {
        newBatch: () => inner.newBatch(),
        send: (at, batch) => (isAway ? closed.promise : inner.send(at, batch)),
        async close() {
          open--
          closed.reject(new TransportError('TRANSPORT_CLOSED', 'fatal', 'The producer is closed.'))
          await inner.close()
        },
      }
    },
  }
  const streams = application(silent, copying(), { commitIntervalMs: 100_000 })
  await streams.start()
  await until('the first record', async () => (await passedValues(cluster)).length === 1)
  isAway = true
  await produce(cluster, lines, [['1', 'b']])
  await sleep(systemClock, 100)
  const before = Date.now()
  await streams.close({ timeoutMs: 300 })
  t.ok(Date.now() - before < 1300)
  await streams.closed
  t.same([streams.state, open], ['not-running', 0])
  await using next = application(cluster, copying())
  await next.start()
  await until('what was not committed', async () => (await passedValues(cluster)).includes('b'))
})
