import t from 'tap'
import { Serdes, StreamsBuilder, TimeWindows, timestampedKeyValueStore, topic, Topology } from 'millrace'
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
  'addSource()': () => new Topology().addSource('source', words, untyped({ offsetRest: 'latest' })),
}

for (const [call, make] of Object.entries(calls))
  t.test(`${call} names itself where it refuses an option`, async (t) =>
    t.throws(make, { name: 'TypeError', message: new RegExp(`^${call.replace('()', String.raw`\(\)`)} has no option "`) }),
  )

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
