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
  topic,
} from '../../lib/index.ts'
import type { SchemaRegistry, Serde } from '../../lib/index.ts'
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
    .aggregate((): S | null => null, next, { name: 'seen', value: serde as unknown as Serde<Exclude<S, null>> })
    .toStream()
    .mapValues((value) => JSON.stringify({ ...value }))
    .to(seen)
  return builder.build()
}

t.test('rows that an older schema has written are read after a restart with a newer one', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { lines: 1, seen: 1 })
  const storage = await openLmdbStorage(directory(t))
  const shared = {
    applicationId: 'app',
    cluster,
    storage,
    logger: silentLogger,
    schemaRegistry: registry(),
    pollMs: 10,
    commitIntervalMs: 20,
  }
  const last = async () => (await consume(cluster, seen)).at(-1)?.join(' ')
  const run = async (topology: ConstructorParameters<typeof KafkaStreams>[0], line: string, expected: string) => {
    await using streams = new KafkaStreams(topology, { ...shared, heartbeatIntervalMs: 20 })
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
    builder.globalTable(topic('seen-before', { key: Serdes.string, value: serde as typeof first }), {}, { name: 'all' })
    const config = { applicationId: 'app', cluster, storage, logger: silentLogger, schemaRegistry }
    await using streams = new KafkaStreams(builder.build(), config)
    await streams.start()
    t.equal(streams.store<string, { count: number }>('all').get('k')?.count, 1)
  }
})
