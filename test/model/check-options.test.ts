import t from 'tap'
import {
  JoinWindows,
  kafka,
  keyValueStore,
  openAdmin,
  openConsumer,
  openLmdbStorage,
  openProducer,
  Serdes,
  SessionWindows,
  sessionStore,
  SlidingWindows,
  StreamsBuilder,
  Suppressed,
  TimeWindows,
  timestampedKeyValueStore,
  topic,
  Topology,
  UnlimitedWindows,
  versionedKeyValueStore,
  windowStore,
} from 'millrace'
import { schemaRegistry } from 'millrace/avro'
import { EmbeddedKafka } from 'millrace/embedded'
import { openLevelStorage } from 'millrace/level'
import { TopologyTestDriver } from 'millrace/testing'
import { checkOptions } from '../../lib/model/check-options.ts'

const known = { name: true, timestampExtractor: true, offsetReset: true } as const
const words = topic('words', { key: Serdes.string, value: Serdes.string })
/** As somebody without types calls it. */
const untyped = (options: unknown): never => options as never

function table() {
  return new StreamsBuilder().table(words)
}

function stream() {
  return new StreamsBuilder().stream(words)
}

t.test('an option that nobody reads is refused, with the nearest name', async (t) => {
  const check = (options: unknown) => () => checkOptions('stream()', options, known)
  t.doesNotThrow(check(undefined))
  t.doesNotThrow(check({}))
  t.doesNotThrow(check({ name: undefined, offsetReset: 'latest' }))
  t.throws(check({ nmae: 'words' }), { name: 'TypeError', message: 'stream() has no option "nmae". Did you mean "name"?' })
  t.throws(check({ OffsetReset: 'latest' }), { message: 'stream() has no option "OffsetReset". Did you mean "offsetReset"?' })
  t.throws(check({ resetOffset: 'latest' }), {
    message: 'stream() has no option "resetOffset". Its options are name, timestampExtractor, offsetReset.',
  })
})

t.test('what is no bag of options is refused', async (t) => {
  const check = (options: unknown) => () => checkOptions('count()', options, known)
  t.throws(check('counts'), { message: 'count() takes an object of options here, not the string "counts".' })
  t.throws(check(null), { message: 'count() takes an object of options here, not null.' })
  t.throws(check([]), { message: 'count() takes an object of options here, not an array.' })
  t.throws(
    check(() => 0),
    { message: 'count() takes an object of options here, not a function.' },
  )
})

const calls: Readonly<Record<string, () => unknown>> = {
  'stream()': () => new StreamsBuilder().stream(words, untyped({ nme: 'x' })),
  'table()': () => new StreamsBuilder().table(words, untyped({ nme: 'x' })),
  'globalTable()': () => new StreamsBuilder().globalTable(words, untyped({ nme: 'x' })),
  'build()': () => new StreamsBuilder().build(untyped({ optimisation: 'all' })),
  'filter()': () => stream().filter(() => true, untyped({ nme: 'x' })),
  'to()': () => stream().to(words, untyped({ partitionr: 'x' })),
  'groupByKey()': () => stream().groupByKey(untyped({ nme: 'x' })),
  'count()': () =>
    stream()
      .groupByKey()
      .count(untyped({ stor: 'x' })),
  'store of count()': () =>
    stream()
      .groupByKey()
      .count(untyped({ store: { retentionMS: 3 } })),
  'process()': () => stream().process(() => ({ process: () => undefined }), untyped({ store: ['x'] })),
  'mapValues()': () => table().mapValues((value) => value, untyped({ nme: 'x' })),
  'toStream()': () => table().toStream(untyped({ nme: 'x' })),
  'leftJoin()': () => table().leftJoin(table(), (left) => left, untyped({ nme: 'x' })),
  'TimeWindows.of()': () => TimeWindows.of(untyped({ sizeMs: 5, grace: 5 })),
  'SessionWindows.of()': () => SessionWindows.of(untyped({ gapMs: 5, grace: 5 })),
  'SlidingWindows.of()': () => SlidingWindows.of(untyped({ differenceMs: 5, grace: 5 })),
  'UnlimitedWindows.of()': () => UnlimitedWindows.of(untyped({ start: 5 })),
  'JoinWindows.of()': () => JoinWindows.of(untyped({ timeDifferenceMs: 5, grace: 5 })),
  'JoinWindows.eager()': () => JoinWindows.eager(untyped({ timeDifferenceMs: 5, grace: 5 })),
  'untilWindowCloses()': () => Suppressed.untilWindowCloses(untyped({ maxRecord: 5 })),
  'untilTimeLimit()': () => Suppressed.untilTimeLimit(5, untyped({ maxRecord: 5 })),
  'keyValueStore()': () => keyValueStore('s', untyped({ keySerde: Serdes.string })),
  'timestampedKeyValueStore()': () => timestampedKeyValueStore('s', untyped({ retentionMs: 5 })),
  'versionedKeyValueStore()': () => versionedKeyValueStore('s', untyped({ historyRetentionMs: 5, caching: 'enabled' })),
  'windowStore()': () => windowStore('s', untyped({ retentionMs: 5, windowSizeMs: 5, maxEntries: 5 })),
  'sessionStore()': () => sessionStore('s', untyped({ retentionMs: 5, gapMs: 5 })),
  'kafka()': () => kafka(untyped({ bootstrapServers: 'a:1', tls: true })),
  'sasl of kafka()': () => kafka(untyped({ bootstrapServers: 'a:1', sasl: { mechanism: 'plain', user: 'a', password: 'b' } })),
  TopologyTestDriver: () => new TopologyTestDriver(new StreamsBuilder().build(), untyped({ initialWallclockMs: 0 })),
  'addGlobalStore()': () => new Topology().addGlobalStore(untyped({ stor: 's' })),
  'addReadOnlyStateStore()': () => new Topology().addReadOnlyStateStore(untyped({ stor: 's' })),
  'schemaRegistry()': () => schemaRegistry('http://localhost:8081', untyped({ compatability: 'FULL' })),
  'addSource()': () => new Topology().addSource('source', words, untyped({ offsetRest: 'latest' })),
}

for (const [call, make] of Object.entries(calls))
  t.test(`${call} names itself where it refuses an option`, async (t) =>
    t.throws(make, { name: 'TypeError', message: new RegExp(`^${call.replace('()', String.raw`\(\)`)} has no option "`) }),
  )

const resets: Readonly<Record<string, () => unknown>> = {
  'stream()': () => new StreamsBuilder().stream(words, untyped({ offsetReset: 'erliest' })),
  'table()': () => new StreamsBuilder().table(words, untyped({ offsetReset: 'erliest' })),
  'globalTable()': () => new StreamsBuilder().globalTable(words, untyped({ offsetReset: 'erliest' })),
  'addSource()': () => new Topology().addSource('source', words, untyped({ offsetReset: 'erliest' })),
}

for (const [call, make] of Object.entries(resets))
  t.test(`${call} refuses an offset reset that is none`, async (t) =>
    t.throws(make, {
      name: 'TypeError',
      message: `offsetReset of ${call} is "erliest"; it must be earliest, latest, none, or { byDurationMs } with an integer >= 0.`,
    }),
  )

t.test('storages refuse what they would not read', async (t) => {
  await t.rejects(openLmdbStorage('x', untyped({ durable: true })), { message: /^openLmdbStorage\(\) has no option "durable"/ })
  await t.rejects(openLevelStorage(untyped({}), untyped({ durable: true })), {
    message: /^openLevelStorage\(\) has no option "durable"/,
  })
})

t.test('options of windows are not those of other tables', async (t) => {
  const windowed = stream()
    .groupByKey()
    .windowedBy(TimeWindows.of({ sizeMs: 10 }))
  t.ok(windowed.count({ store: { retentionMs: 20 } }))
  t.throws(() => windowed.count(untyped({ store: { maxEntries: 20 } })), {
    message: /^store of count\(\) has no option "maxEntries"\./,
  })
})

t.test('a store value that is given as the options is sent to its place', async (t) => {
  const counts = timestampedKeyValueStore('counts', { key: Serdes.string, value: Serdes.long })
  t.throws(() => stream().groupByKey().count(untyped(counts)), {
    message: 'count() takes a store value as its option "store": write { store: … }.',
  })
})

t.test('clients, the embedded cluster and input topics of the driver refuse what they would not read', async (t) => {
  await t.rejects(EmbeddedKafka.open(untyped({ path: 'data' })), { message: /^EmbeddedKafka\.open\(\) has no option "path"/ })
  await using cluster = await EmbeddedKafka.open({ name: undefined, autoCreateTopics: undefined })
  const consume = (options: object) => openConsumer(cluster, untyped({ clientId: 'c', topics: [words], ...options }))
  await t.rejects(consume({ group: 'g' }), { message: /^openConsumer\(\) has no option "group"/ })
  await t.rejects(consume({ topics: [] }), { message: 'openConsumer() reads at least one topic.' })
  await t.rejects(openProducer(cluster, untyped({ clientId: 'c', compresion: 'gzip' })), {
    message: /Did you mean "compression"\?$/,
  })
  await t.rejects(openAdmin(cluster, untyped({ client: 'c' })), { message: /^openAdmin\(\) has no option "client"/ })
  using driver = new TopologyTestDriver(new StreamsBuilder().build())
  t.throws(() => driver.createInputTopic(words, untyped({ start: 5 })), {
    message: /^createInputTopic\(\) has no option "start"/,
  })
})

t.test('a value that an option does not have is refused, and not taken for the default', async (t) => {
  const stored = (store: object) => () => table().filter(() => true, untyped({ store: { name: 's', ...store } }))
  t.throws(stored({ caching: true }), { message: 'caching of store of filter() is "enabled" or "disabled", not true.' })
  t.throws(stored({ medium: 'ram' }), {
    message: /^medium of store of filter\(\) is "memory" or "disk" or "default", not "ram"\.$/,
  })
  t.throws(stored({ changelog: false }), { message: /^changelog of store of filter\(\) is "disabled", or \{ config \}/ })
  t.throws(() => keyValueStore('s', untyped({ caching: true })), {
    message: 'caching of the store s is "enabled" or "disabled", not true.',
  })
  t.throws(() => Suppressed.untilWindowCloses(untyped({ whenFull: 'emit-early' })), {
    message: 'whenFull of untilWindowCloses() is "shut-down", not "emit-early".',
  })
  t.throws(() => kafka(untyped({ bootstrapServers: 'a:1', sasl: { mechanism: 'plain', username: 'a', password: '' } })), {
    code: 'STREAMS_CONFIG_MISSING',
    message: 'sasl of kafka() lacks password. Is a variable of the environment empty?',
  })
  t.throws(() => kafka(untyped({ bootstrapServers: 'a:1', sasl: { mechanism: 'oauthbearer' } })), {
    message: /^sasl of kafka\(\) lacks oauthBearerProvider\./,
  })
  t.throws(() => kafka(untyped({ bootstrapServers: 'a:1', sasl: { mechanism: 'PLAIN' } })), {
    message: /^mechanism of sasl of kafka\(\) is "plain"/,
  })
  t.throws(() => kafka(untyped({})), { code: 'TRANSPORT_INVALID_BOOTSTRAP_SERVERS' })
  t.throws(() => stream().groupByKey().count(untyped('counts')), {
    message: /^count\(\) takes an object of options here, not the string "counts"/,
  })
  t.doesNotThrow(stored({ caching: undefined, medium: 'disk', changelog: { config: {} }, supplier: 'plain' }))
})

t.test('windowedBy() takes windows that their classes have made', async (t) => {
  t.throws(() => stream().groupByKey().windowedBy({ gapMs: 5, graceMs: 0 }), {
    message: /SessionWindows\.of\(\{ gapMs: 60_000 \}\)/,
  })
})

t.test('names of topics, uncalled serdes and streams of two builders are refused where they are given', async (t) => {
  t.throws(() => stream().to(untyped('words')), {
    message: "to() takes a topic, and no name: write topic('words', { key, value }).",
  })
  t.throws(() => new StreamsBuilder().stream(untyped('words')), { message: /^stream\(\) takes a topic, and no name/ })
  t.throws(() => topic('words', untyped({ key: Serdes.string })), {
    message: /^The topic words has no serde for its value: give it one/,
  })
  t.throws(() => topic('words', untyped({ key: Serdes.string, value: Serdes.json })), { message: /as Serdes\.json\(\)\.$/ })
  t.throws(() => stream().merge(stream()), {
    name: 'TypeError',
    message: /^KSTREAM-MERGE-0000000001 reads streams or tables of two builders/,
  })
})

t.test('a partitioner that returns a number is told to return a list', async (t) => {
  const builder = new StreamsBuilder()
  builder.stream(words).to(words, { partitioner: untyped(() => 0) })
  using driver = new TopologyTestDriver(builder.build())
  t.throws(() => driver.createInputTopic(words).pipeInput({ key: 'a', value: 'b' }), {
    code: 'STREAMS_INVALID_PARTITION',
    message: /returned 0: it must return a list of partitions, as \[0\], or 'default'\.$/,
  })
})
