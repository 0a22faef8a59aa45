import { ClassicLevel } from 'classic-level'
import { MemoryLevel } from 'memory-level'
import t from 'tap'
import { StreamsBuilder } from '../../lib/dsl/streams-builder.ts'
import { EmbeddedKafka } from '../../lib/embedded.ts'
import type { LevelDatabase } from '../../lib/level.ts'
import { openLevelStorage } from '../../lib/level.ts'
import { KafkaStreams } from '../../lib/kafka-streams.ts'
import { topic } from '../../lib/model/topic.ts'
import { logAndContinue } from '../../lib/runtime/errors/error-handlers.ts'
import type { StreamsOptions } from '../../lib/runtime/streams-config.ts'
import { silentLogger } from '../../lib/runtime/logger.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import { openLmdbStorage } from '../../lib/storage/lmdb/open-lmdb-storage.ts'
import { kafka } from '../../lib/transport/kafka/kafka.ts'
import type { Topology } from '../../lib/topology/topology.ts'
import type { Cluster } from '../../lib/transport/cluster.ts'
import { directory } from '../storage/media.ts'
import { collected, consume, createTopics, produce, until } from './running.ts'
import { counts, lines, wordCount } from './word-count.ts'

const passed = topic('passed', { key: Serdes.string, value: Serdes.string })

function mapping(map: (value: string) => string): Topology {
  const builder = new StreamsBuilder()
  builder.stream(lines).mapValues(map).to(passed)
  return builder.build()
}

function application(cluster: Cluster, topology: Topology, config: Partial<StreamsOptions> = {}): KafkaStreams {
  const fast = { commitIntervalMs: 20, heartbeatIntervalMs: 20, retryBackoffMs: 10, pollMs: 10 }
  return new KafkaStreams(topology, { applicationId: 'app', cluster, logger: silentLogger, ...fast, ...config })
}

/** A cluster as a plain object, of which a test replaces a part. */
function faceOf(cluster: Cluster): Cluster {
  return {
    description: cluster.description,
    clock: cluster.clock,
    chance: cluster.chance,
    admin: (options) => cluster.admin(options),
    fetcher: (options) => cluster.fetcher(options),
    producer: (options) => cluster.producer(options),
    transactionalProducer: (options) => cluster.transactionalProducer(options),
    groupCoordinator: (options) => cluster.groupCoordinator(options),
  }
}

async function lastValues(cluster: Cluster): Promise<Record<string, number | null>> {
  return Object.fromEntries(await consume(cluster, counts))
}

t.test('counts words through a repartition topic, over several tasks', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { lines: 3, counts: 2 })
  const states: string[] = []
  await using streams = application(cluster, wordCount(), { onStateChange: (state) => states.push(state) })
  await streams.start()
  await produce(cluster, lines, [['1', 'a b'], ['2', 'b c'], ['3', 'c b']]) // prettier-ignore
  await until('three counts', async () => (await lastValues(cluster))['b'] === 3)
  t.same(await lastValues(cluster), { a: 1, b: 3, c: 2 })
  t.same(
    streams.localTasks().map(({ taskId }) => taskId),
    ['0_0', '0_1', '0_2', '1_0', '1_1', '1_2'],
  )
  const words = streams.store<string, number>('words')
  t.equal(await words.get('b'), 3)
  t.same((await collected(words.all())).map(({ key }) => key).sort(), ['a', 'b', 'c'])
  t.throws(() => streams.store('nowhere'), { code: 'STREAMS_STORE_UNKNOWN' })
  t.throws(() => streams.store('words', 'window'), {
    code: 'STREAMS_STORE_UNKNOWN',
    message: /ask with store\('words', 'key-value'\)/,
  })
  await t.rejects(streams.close({ timeout: 5 } as object), { message: /close\(\) has no option "timeout"/ })
  t.equal(streams.state, 'running')
  await streams.close()
  t.same(states, ['rebalancing', 'running', 'pending-shutdown', 'not-running'])
  await t.rejects(words.get('b'), { code: 'STREAMS_STORE_NOT_AVAILABLE' })
})

t.test('an application that starts again goes on where it committed, and restores what its memory held', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { lines: 1, counts: 1 })
  const rows = (count: number) => Array.from({ length: count }, (_, index) => [String(index), 'a'] as const)
  const restored: number[] = []
  const stateRestoreListener = { onRestoreEnd: (_partition: unknown, _store: string, total: number) => void restored.push(total) }
  for (const expected of [5, 10]) {
    await using streams = application(cluster, wordCount(), { stateRestoreListener })
    await streams.start()
    await produce(cluster, lines, rows(5))
    await until('the count', async () => (await lastValues(cluster))['a'] === expected)
  }
  t.equal(restored[0], 0)
  t.ok(restored[1]! > 0, 'the changelog was replayed')
})

t.test('a store on disk opens at its position, and replays nothing after a clean close', async (t) => {
  const dir = directory(t)
  const level = await openLevelStorage(new ClassicLevel(dir))
  for (const storage of [await openLmdbStorage(t.testdir()), level]) {
    await using cluster = await EmbeddedKafka.open()
    await createTopics(cluster, { lines: 1, counts: 1 })
    const starts: number[][] = []
    const stateRestoreListener = {
      onRestoreStart: (_: unknown, _store: string, start: number, end: number) => void starts.push([start, end]),
    }
    for (const expected of [1, 2]) {
      await using streams = application(cluster, wordCount(), { storage, stateRestoreListener })
      await streams.start()
      await produce(cluster, lines, [['1', 'a']])
      await until('the count', async () => (await lastValues(cluster))['a'] === expected)
    }
    t.same(starts, [[0, 0], [1, 1]]) // prettier-ignore
  }
  await level.close()
  await using reopened = await openLevelStorage(new ClassicLevel(dir))
  const task = reopened.open('app/1_0')
  t.equal(Buffer.from(task.table('words').get(Buffer.from('a'))!).readBigInt64BE(8), 2n, 'the database has it')
})

t.test('where storage cannot be written the application ends, and closes', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { lines: 1, counts: 1 })
  const database: LevelDatabase = new MemoryLevel()
  const storage = await openLevelStorage(database)
  const codes: unknown[] = []
  const uncaughtExceptionHandler = (error: unknown) => {
    codes.push((error as { code: string }).code)
    return 'shutdown-client' as const
  }
  await using streams = application(cluster, wordCount(), { storage, uncaughtExceptionHandler })
  await streams.start()
  await until('running', () => streams.state === 'running')
  database.batch = () => Promise.reject(new Error('Input/output error.'))
  storage.open('other').close()
  await produce(cluster, lines, [['1', 'a']])
  await until('the end', () => streams.state === 'error')
  t.same(codes, ['STREAMS_STORAGE_FAILED'])
  await streams.close()
  await t.rejects(storage.close(), { code: 'STREAMS_STORAGE_FAILED' })
})

t.test('two processes share the tasks; when one leaves, the other takes over', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { lines: 4, counts: 1 })
  const first = application(cluster, wordCount())
  const second = application(cluster, wordCount())
  const running = (streams: KafkaStreams) =>
    streams
      .localTasks()
      .filter(({ state }) => state === 'running')
      .map(({ taskId }) => taskId)
  await first.start()
  await until('all tasks on the first', () => running(first).length === 8)
  await second.start()
  await until('half of the tasks on each', () => running(first).length === 4 && running(second).length === 4)
  t.equal(new Set([...running(first), ...running(second)]).size, 8, 'no task runs twice')
  await produce(
    cluster,
    lines,
    Array.from({ length: 50 }, (_, index) => [String(index), `w${index % 7} all`] as const),
  )
  await until('all counted', async () => (await lastValues(cluster))['all'] === 50)
  await first.close()
  await until('all tasks on the second', () => running(second).length === 8)
  await produce(cluster, lines, [['x', 'all']])
  await until('the state moved along', async () => (await lastValues(cluster))['all'] === 51)
  await second.close()
})

t.test('a poison record stops the thread; replaced, it goes on from the last commit', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { lines: 1, passed: 1 })
  let isMended = false
  const codes: unknown[] = []
  const picky = mapping((value) => {
    if (value === 'b' && !isMended) throw new Error('boom')
    return value.toUpperCase()
  })
  const uncaughtExceptionHandler = (error: unknown) => {
    codes.push((error as { code: string }).code)
    isMended = codes.length === 2
    return 'replace-thread' as const
  }
  await using streams = application(cluster, picky, { uncaughtExceptionHandler })
  await streams.start()
  await produce(cluster, lines, [['1', 'a'], ['2', 'b'], ['3', 'c']]) // prettier-ignore
  await until('all passed', async () => new Set((await consume(cluster, passed)).map(([, value]) => value)).size === 3)
  t.same(codes, ['STREAMS_PROCESSING_FAILED', 'STREAMS_PROCESSING_FAILED'])
  t.equal(streams.state, 'running')
})

t.test('by default an error ends in the state error, with nothing committed behind the record', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { lines: 1, passed: 1 })
  await using streams = application(cluster, mapping((value) => {
    if (value === 'b') throw new Error('boom')
    return value
  })) // prettier-ignore
  await streams.start()
  await produce(cluster, lines, [['1', 'a'], ['2', 'b'], ['3', 'c']]) // prettier-ignore
  await t.rejects(streams.closed, { code: 'STREAMS_PROCESSING_FAILED' })
  t.equal(streams.state, 'error')
  const admin = await cluster.admin({ clientId: 'test' })
  const committed = await admin.committedOffsets('app', [{ topic: 'lines', partition: 0 }], 'any')
  t.ok((committed[0]?.offset ?? 0) <= 1, 'the failed record is read again')
})

t.test('shutdown-application stops every process', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { lines: 2, passed: 1 })
  const failing = mapping(() => {
    throw new Error('boom')
  })
  const answer = { uncaughtExceptionHandler: () => 'shutdown-application' as const }
  await using first = application(cluster, failing, answer)
  await using second = application(cluster, failing, answer)
  await Promise.all([first.start(), second.start()])
  await until('both run', () => first.state === 'running' && second.state === 'running' && first.localTasks().length === 1)
  await produce(cluster, lines, [['1', 'a']])
  await until('both stopped', () => first.state === 'error' && second.state === 'error')
  t.pass()
})

t.test('bytes that no serde reads', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { lines: 1, passed: 1 })
  const rows = [['1', 'a'], ['2', Uint8Array.of(0xff, 0xfe)], ['3', null], ['4', 'd']] as const // prettier-ignore
  await produce(cluster, lines, rows)
  let code: unknown
  const uncaughtExceptionHandler = (error: unknown) => {
    code = (error as { code: string }).code
    return 'shutdown-client' as const
  }
  const copy = (): Topology => mapping((value) => value)
  await using failing = application(cluster, copy(), { uncaughtExceptionHandler })
  await failing.start()
  await until('the failure', () => failing.state === 'error')
  t.match(code, /STREAMS_(DESERIALIZATION|NULL_VALUE)/)
  await using skipping = application(cluster, copy(), { deserializationHandler: logAndContinue })
  await skipping.start()
  await until('the good ones', async () => (await consume(cluster, passed)).some(([key]) => key === '4'))
  t.notOk((await consume(cluster, passed)).some(([key]) => key === '3'))
})

t.test('lambdas that return what cannot be meant', async (t) => {
  const codeOf = async (map: (value: string) => string): Promise<unknown> => {
    await using cluster = await EmbeddedKafka.open()
    await createTopics(cluster, { lines: 1, passed: 1 })
    let code: unknown
    const uncaughtExceptionHandler = (error: unknown) => {
      code = (error as { code: string }).code
      return 'shutdown-client' as const
    }
    await using streams = application(cluster, mapping(map), { uncaughtExceptionHandler })
    await streams.start()
    await produce(cluster, lines, [['1', 'a']])
    await until('the failure', () => streams.state === 'error')
    return code
  }
  t.equal(await codeOf(() => Promise.resolve('a') as never), 'STREAMS_ASYNC_LAMBDA')
  t.equal(await codeOf(() => undefined as never), 'STREAMS_UNDEFINED_RESULT')
})

t.test('what cannot start says why', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await t.rejects(application(cluster, wordCount()).start(), {
    code: 'STREAMS_MISSING_SOURCE_TOPIC',
    facts: { topics: ['lines'] },
  })

  await createTopics(cluster, { lines: 2, passed: 3, counts: 1 })
  const builder = new StreamsBuilder()
  builder.stream(lines).join(builder.table(passed), (left, right) => left + right).to(topic('counts', passed)) // prettier-ignore
  await t.rejects(application(cluster, builder.build()).start(), { code: 'STREAMS_NOT_COPARTITIONED' })

  const storage = await openLmdbStorage(t.testdir())
  await using streams = application(cluster, wordCount(), { storage })
  await streams.start()
  await t.rejects(application(cluster, wordCount(), { storage }).start(), { name: 'LockError' })
  await t.rejects(streams.start(), TypeError)
})

t.test('a broker that cannot be reached', async (t) => {
  const cluster = kafka({ bootstrapServers: '127.0.0.1:1', bootstrapTimeoutMs: 100 })
  const streams = application(cluster, wordCount())
  await t.rejects(streams.start(), { code: 'TRANSPORT_BROKER_UNREACHABLE' })
  t.equal(streams.state, 'error')
  await streams.close()
})

t.test('a topic that is written and not there', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { lines: 1 })
  let error: unknown
  const uncaughtExceptionHandler = (failure: unknown) => {
    error = failure
    return 'shutdown-client' as const
  }
  await using streams = application(cluster, mapping((value) => value), { uncaughtExceptionHandler }) // prettier-ignore
  await streams.start()
  await produce(cluster, lines, [['1', 'a']])
  await until('the failure', () => streams.state === 'error')
  t.match(error, { code: 'STREAMS_MISSING_SINK_TOPIC', facts: { topics: ['passed'] } })
})

t.test('a sink whose serde does not fit its values', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { lines: 1, passed: 1 })
  let error: unknown
  const uncaughtExceptionHandler = (failure: unknown) => {
    error = failure
    return 'shutdown-client' as const
  }
  const builder = new StreamsBuilder()
  builder.stream(lines).to(topic('passed', { key: Serdes.string, value: Serdes.long as never }))
  await using streams = application(cluster, builder.build(), { uncaughtExceptionHandler })
  await streams.start()
  await produce(cluster, lines, [['1', 'a']])
  await until('the failure', () => streams.state === 'error')
  t.match(error, { code: 'STREAMS_SERIALIZATION', facts: { node: 'KSTREAM-SINK-0000000001', topic: 'lines', offset: 0 } })
})

t.test('full partitions are paused, and all of their records are processed', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { lines: 2, passed: 1 })
  const rows = Array.from({ length: 500 }, (_, index) => [String(index), 'a'] as const)
  await produce(cluster, lines, rows)
  const config = { bufferedRecordsPerPartition: 3, maxPartitionFetchBytes: 300 }
  await using streams = application(cluster, mapping((value) => value), config) // prettier-ignore
  await streams.start()
  await until('all passed', async () => (await consume(cluster, passed)).length === 500)
  t.equal(new Set((await consume(cluster, passed)).map(([key]) => key)).size, 500)
})

t.test('configuration: the error names the key', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  const make = (config: object) => () => new KafkaStreams(wordCount(), { applicationId: 'app', cluster, ...config })
  t.throws(make({ comitIntervalMs: 5 }), { code: 'STREAMS_CONFIG_UNKNOWN', facts: { key: 'comitIntervalMs' } })
  t.throws(make({ commitIntervalMs: -5 }), { code: 'STREAMS_CONFIG_INVALID', facts: { key: 'commitIntervalMs' } })
  t.throws(make({ commitIntervalMs: '5' }), { code: 'STREAMS_CONFIG_INVALID' })
  t.throws(make({ compatibility: 'old' }), { code: 'STREAMS_CONFIG_INVALID', facts: { key: 'compatibility' } })
  t.throws(make({ applicationId: 'a b' }), { code: 'STREAMS_CONFIG_INVALID', facts: { key: 'applicationId' } })
  t.throws(make({ cluster: undefined }), { code: 'STREAMS_CONFIG_MISSING' })
  t.throws(make({ cluster: undefined, bootstrapServers: undefined }), {
    code: 'STREAMS_CONFIG_MISSING',
    message: /^bootstrapServers is undefined\. .* environment/,
  })
  t.throws(make({ cluster: undefined, bootstrapServers: ['a:1'] }), {
    code: 'STREAMS_CONFIG_INVALID',
    message: /several separated by commas/,
  })
  t.throws(make({ deserializationHandler: 'continue' }), { code: 'STREAMS_CONFIG_INVALID', message: /it must be a function/ })
  t.throws(make({ numStreamThreads: 4 }), { code: 'STREAMS_CONFIG_UNKNOWN', message: /Start more processes/ })
  t.throws(() => new KafkaStreams(new StreamsBuilder() as never, { applicationId: 'app', cluster }), {
    message: /builder\.build\(\)/,
  })
  t.throws(make({ heartbeatIntervalMs: 50_000 }), { code: 'STREAMS_CONFIG_INVALID', facts: { key: 'heartbeatIntervalMs' } })
})

t.test('close: before start, twice, and while starting', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { lines: 1, counts: 1 })
  const unused = application(cluster, wordCount())
  await unused.close()
  t.equal(unused.state, 'not-running')
  const streams = application(cluster, wordCount())
  const starting = streams.start()
  await Promise.all([streams.close(), streams.close()])
  await starting
  t.equal(streams.state, 'not-running')
  await streams.closed
  for (const closed of [unused, streams]) await t.rejects(closed.start(), TypeError)
})

t.test('close resolves after its timeout, and closing goes on', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { lines: 1, passed: 1 })
  const answer = Promise.withResolvers<void>()
  const slow: Cluster = { ...faceOf(cluster), admin: async (options) => answer.promise.then(() => cluster.admin(options)) }
  const warnings: string[] = []
  const logger = { ...silentLogger, warn: (message: string) => void warnings.push(message) }
  const streams = application(slow, mapping((value) => value), { logger }) // prettier-ignore
  const starting = streams.start()
  await streams.close({ timeoutMs: 20 })
  t.equal(streams.state, 'pending-shutdown')
  t.same(warnings, ['Closing takes longer than 20 ms, and is cut short.'])
  answer.resolve()
  await streams.closed
  await starting
  t.equal(streams.state, 'not-running')
})

t.test('a global table is complete before the first record, and follows its topic', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { lines: 2, names: 3, passed: 1 })
  const names = topic('names', { key: Serdes.string, value: Serdes.string })
  await produce(cluster, names, [['1', 'one'], ['2', 'two']]) // prettier-ignore
  await produce(cluster, lines, [['1', 'a'], ['2', 'b']]) // prettier-ignore
  const builder = new StreamsBuilder()
  builder
    .stream(lines)
    .join(
      builder.globalTable(names),
      (_value, key) => key,
      (value, name) => `${value} ${name}`,
    ) // prettier-ignore
    .to(passed)
  await using streams = application(cluster, builder.build())
  await streams.start()
  await until('both joined', async () => (await consume(cluster, passed)).length === 2)
  t.same(Object.fromEntries(await consume(cluster, passed)), { 1: 'a one', 2: 'b two' })
  await produce(cluster, names, [['1', 'uno']])
  await until('the update is seen', async () => {
    await produce(cluster, lines, [['1', 'c']])
    return (await consume(cluster, passed)).some(([, value]) => value === 'c uno')
  })
})
