import { deepEqual } from 'node:assert/strict'
import fc from 'fast-check'
import {
  Serdes,
  SlidingWindows,
  StreamsBuilder,
  TimeWindows,
  topic,
  type KGroupedStream,
  type KStream,
  type KTable,
  type Serde,
  type Topology,
  type Windowed,
} from 'millrace'
import { TopologyTestDriver } from 'millrace/testing'
import t from 'tap'
import { runs } from './runs.ts'

const words = topic('words', { key: Serdes.string, value: Serdes.string })
const numbers = topic('numbers', { key: Serdes.string, value: Serdes.long })
const results = topic('results', { key: Serdes.string, value: Serdes.string })
const serdes = { key: Serdes.string, value: Serdes.string }

type Table = KTable<string, string> | KTable<Windowed<string>, string>

/** What both kinds of grouped streams can be aggregated by. */
interface Aggregated {
  aggregate(): Table
  sliding(windows: SlidingWindows): Table
  time(windows: TimeWindows): Table
}

const ofWord = (all: string, word: string): string | null => (word === '-' ? null : `${all}${word};`)
const ofNumber = (all: string, number: number): string | null => (number === 0 ? null : `${all}${number + 1};`)

type Key = 'own' | 'value'

function cogrouped(builder: StreamsBuilder, key: Key): Aggregated {
  const byWord = group(builder.stream(words), key, 'words-by-value', Serdes.string)
  const byNumber = group(builder.stream(numbers), key, 'numbers-by-value', Serdes.long)
  const both = byWord.cogroup(ofWord).cogroup(byNumber, ofNumber)
  return {
    aggregate: () => both.aggregate(() => '', serdes),
    sliding: (windows) => both.windowedBy(windows).aggregate(() => '', serdes),
    time: (windows) => both.windowedBy(windows).aggregate(() => '', serdes),
  }
}

/** The same by one stream of values that say where they come from. */
function tagged(builder: StreamsBuilder, key: Key): Aggregated {
  const words_ = builder.stream(words).mapValues((word) => `w${word}`)
  const numbers_ = builder.stream(numbers).mapValues((number) => `n${number}`)
  const merged = words_.merge(numbers_)
  const both = group(merged, key, 'by-value', Serdes.string, (value) => value.slice(1))
  const fold = (all: string, value: string): string | null =>
    value.startsWith('w') ? ofWord(all, value.slice(1)) : ofNumber(all, Number(value.slice(1)))
  return {
    aggregate: () => both.aggregate(() => '', fold, serdes),
    sliding: (windows) => both.windowedBy(windows).aggregate(() => '', fold, serdes),
    time: (windows) => both.windowedBy(windows).aggregate(() => '', fold, serdes),
  }
}

function group<V>(
  stream: KStream<string, V>,
  key: Key,
  name: string,
  value: Serde<V>,
  valueOf = (each: V): string => String(each),
): KGroupedStream<string, V> {
  if (key === 'own') return stream.groupByKey({ key: Serdes.string, value })
  return stream.groupBy((each) => `by ${valueOf(each)}`, { name, key: Serdes.string, value })
}

type Kind = 'all' | 'time' | 'sliding'

function topology(streams: typeof tagged, key: Key, kind: Kind, lengthMs: number, graceMs: number): Topology {
  const builder = new StreamsBuilder()
  const aggregated = streams(builder, key)
  const time = (): Table => aggregated.time(TimeWindows.of({ sizeMs: lengthMs, graceMs }))
  const sliding = (): Table => aggregated.sliding(SlidingWindows.of({ differenceMs: lengthMs, graceMs }))
  const table = kind === 'all' ? aggregated.aggregate() : kind === 'time' ? time() : sliding()
  ;(table as KTable<unknown, string>)
    .toStream()
    .map((value, each) => ({ key: JSON.stringify(each), value: value ?? '-' }))
    .to(results)
  return builder.build()
}

type Input =
  | readonly ['words', key: string, value: string, timestamp: number]
  | readonly ['numbers', key: string, value: number, timestamp: number]

const key = fc.constantFrom('a', 'b')
const input: fc.Arbitrary<Input> = fc.oneof(
  fc.tuple(fc.constant('words' as const), key, fc.constantFrom('x', 'y', '-', '1'), fc.nat(50)),
  fc.tuple(fc.constant('numbers' as const), key, fc.nat(3), fc.nat(50)),
)

function run(built: Topology, inputs: readonly Input[], cacheMaxBytes: number) {
  using driver = new TopologyTestDriver(built, { cacheMaxBytes })
  const [word, number] = [driver.createInputTopic(words), driver.createInputTopic(numbers)]
  for (const each of inputs)
    if (each[0] === 'words') word.pipeInput({ key: each[1], value: each[2], timestamp: each[3] })
    else number.pipeInput({ key: each[1], value: each[2], timestamp: each[3] })
  const dropped = driver
    .metrics()
    .find(({ name }) => name === 'dropped-records')
    ?.value()
  return { dropped, records: driver.createOutputTopic(results).readRecords() }
}

/** Stream time is that of each processor: with several, what is late to one is not late to the other. */
const inOrder = (inputs: readonly Input[]): readonly Input[] => inputs.toSorted((left, right) => left[3] - right[3])

const cases = fc.record({
  inputs: fc.array(input, { maxLength: 30 }),
  kind: fc.constantFrom<Kind>('all', 'time', 'sliding'),
  key: fc.constantFrom<Key>('own', 'value'),
  lengthMs: fc.integer({ min: 1, max: 15 }),
  graceMs: fc.nat(60),
  cacheMaxBytes: fc.constantFrom(0, 1e6),
})

t.test('a cogroup is the aggregation of the merged streams', async () => {
  const law = fc.property(cases, ({ inputs, kind, key, lengthMs, graceMs, cacheMaxBytes }) => {
    const given = kind === 'all' || graceMs > 50 ? inputs : inOrder(inputs)
    const [actual, expected] = [cogrouped, tagged].map((streams) =>
      run(topology(streams, key, kind, lengthMs, graceMs), given, cacheMaxBytes),
    )
    deepEqual(actual, expected)
  })
  fc.assert(law, runs(300))
})
