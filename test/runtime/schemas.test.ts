import t from 'tap'
import { avro } from '../../lib/avro.ts'
import { EmbeddedKafka } from '../../lib/embedded.ts'
import {
  KafkaStreams,
  nullable,
  openLmdbStorage,
  openProducer,
  Serdes,
  silentLogger,
  StreamsBuilder,
  StreamsError,
  topic,
} from '../../lib/index.ts'
import type { Cluster, SchemaRegistry, Serde } from '../../lib/index.ts'
import { directory } from '../storage/media.ts'
import { consume, createTopics, produce, until } from './running.ts'

const lines = topic('lines', { key: Serdes.string, value: Serdes.string })
const seen = topic('seen', { key: Serdes.string, value: nullable(Serdes.string) })

const first = avro({ type: 'record', name: 'Seen', fields: [{ name: 'count', type: 'long' }] })
const second = avro({
  type: 'record',
  name: 'Seen',
  fields: [
    { name: 'count', type: 'long' },
    { name: 'last', type: 'string', default: 'unknown' },
  ],
})

function registry(): SchemaRegistry {
  const texts: string[] = []
  return {
    register: async (_subject, text) => (texts.includes(text) ? texts.indexOf(text) : texts.push(text) - 1) + 1,
    schemaById: async (id) => texts[id - 1]!,
  }
}

function counting<S extends { readonly count: number }>(serde: Serde<S>, next: (before: S | null, line: string) => S) {
  const builder = new StreamsBuilder()
  builder
    .stream(lines)
    .groupByKey()
    .aggregate((): S | null => null, next, { value: serde as unknown as Serde<Exclude<S, null>>, store: 'seen' })
    .toStream()
    .mapValues((value) => JSON.stringify({ ...value }))
    .to(seen)
  return builder.build()
}

/** The lengths of lines, each to the topic of its key. */
function dynamic() {
  const builder = new StreamsBuilder()
  builder
    .stream(lines)
    .mapValues((line) => ({ count: line.length }))
    .to({ topicName: (_, key) => `to-${key}`, value: first })
  return builder.build()
}

function config(cluster: Cluster) {
  const fast = { pollMs: 10, commitIntervalMs: 20, heartbeatIntervalMs: 20 }
  return { applicationId: 'app', cluster, logger: silentLogger, ...fast }
}

t.test('rows that an older schema has written are read after a restart with a newer one', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { lines: 1, seen: 1 })
  const storage = await openLmdbStorage(directory(t))
  const shared = { ...config(cluster), storage, schemaRegistry: registry() }
  const last = async () => (await consume(cluster, seen)).at(-1)?.join(' ')
  const run = async (topology: ConstructorParameters<typeof KafkaStreams>[0], line: string, expected: string) => {
    await using streams = new KafkaStreams(topology, shared)
    await streams.start()
    await produce(cluster, lines, [['k', line]])
    await until(expected, async () => streams.state === 'error' || (await last()) === expected)
    t.equal(await last(), expected)
  }
  await run(
    counting(first, (before) => ({ count: (before?.count ?? 0) + 1 })),
    'a',
    'k {"count":1}',
  )
  const remembering = () =>
    counting(second, (before, line) => ({ count: (before?.count ?? 0) + 1, last: `${before?.last} ${line}` }))
  await run(remembering(), 'b', 'k {"count":2,"last":"unknown b"}')
  await run(remembering(), 'c', 'k {"count":3,"last":"unknown b c"}')
})

t.test('topics that only a record names get their schemas before it is written', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { lines: 1, 'to-a': 1, 'to-b': 1 })
  const subjects: string[] = []
  const schemas = registry()
  const slow: SchemaRegistry = {
    ...schemas,
    async register(subject, text) {
      subjects.push(subject)
      await new Promise((resolve) => setTimeout(resolve, 30))
      return schemas.register(subject, text)
    },
  }
  await using streams = new KafkaStreams(dynamic(), { ...config(cluster), schemaRegistry: slow })
  await streams.start()
  const rows = Array.from({ length: 20 }, (_, index) => [index % 3 === 0 ? 'b' : 'a', 'x'.repeat(index)] as const)
  await produce(cluster, lines, rows)
  const read = (key: string) => consume(cluster, topic(`to-${key}`, { key: Serdes.string, value: Serdes.bytes }))
  await until('all', async () => streams.state === 'error' || [...(await read('a')), ...(await read('b'))].length === 20)
  for (const key of ['a', 'b'])
    t.same(
      // Behind zero and the schema's id stands the count, zigzag.
      (await read(key)).map(([, bytes]) => bytes![5]! / 2),
      rows.filter((row) => row[0] === key).map(([, line]) => line.length),
      `to-${key}, in order`,
    )
  t.same(subjects.sort(), ['to-a-value', 'to-b-value'])
})

t.test('a registry that does not answer for such a topic ends the application', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { lines: 1, 'to-a': 1 })
  const register = () => Promise.reject(new StreamsError('STREAMS_SCHEMA_REGISTRY_UNAVAILABLE', 'It is away.'))
  const codes: unknown[] = []
  const uncaughtExceptionHandler = (error: unknown) => {
    codes.push((error as StreamsError).code)
    return 'shutdown-client' as const
  }
  const schemaRegistry = { ...registry(), register }
  await using streams = new KafkaStreams(dynamic(), { ...config(cluster), schemaRegistry, uncaughtExceptionHandler })
  await streams.start()
  await produce(cluster, lines, [['a', 'x']])
  await until('the end', () => streams.state === 'error')
  t.same(codes, ['STREAMS_SCHEMA_REGISTRY_UNAVAILABLE'])
})

t.test('global tables, too', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { 'seen-before': 1 })
  const storage = await openLmdbStorage(directory(t))
  const schemaRegistry = registry()
  const written = topic('seen-before', { key: Serdes.string, value: first })
  const producer = await openProducer(cluster, { clientId: 'test', schemaRegistry })
  await producer.send(written, [{ key: 'k', value: { count: 1 } }])
  await producer.close()
  for (const serde of [first, second]) {
    const builder = new StreamsBuilder()
    builder.globalTable(topic('seen-before', { key: Serdes.string, value: serde as typeof first }), { store: 'all' })
    await using streams = new KafkaStreams(builder.build(), { ...config(cluster), storage, schemaRegistry })
    await streams.start()
    t.equal((await streams.store<string, { count: number }>('all').get('k'))?.count, 1)
  }
})
