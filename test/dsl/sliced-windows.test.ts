import t from 'tap'
import { nullable, Serdes, SessionWindows, SlidingWindows, StreamsBuilder, TimeWindows, topic, UnlimitedWindows } from 'millrace'
import type { CountedSlices, TimeWindowedKStream } from 'millrace'
import { TopologyTestDriver } from 'millrace/testing'
import type { WindowStateStore } from '../../lib/state/window/window-state-store.ts'

const input = topic('in', { key: Serdes.string, value: Serdes.string })
const hopping = TimeWindows.of({ sizeMs: 10, advanceMs: 5, graceMs: 10 })
const store = { name: 's', slices: true } as const
const options: CountedSlices<string> = { store }

const grouped = (builder = new StreamsBuilder()) => builder.stream(input).groupByKey()
const windowed = (builder = new StreamsBuilder()) => grouped(builder).windowedBy(hopping)
/** As a caller without types. */
const untyped = (given: unknown): never => given as never

const refused: readonly (readonly [what: string, reason: RegExp, build: () => unknown])[] = [
  [
    'tumbling windows',
    /do not overlap/,
    () =>
      grouped()
        .windowedBy(TimeWindows.of({ sizeMs: 10 }))
        .count(options),
  ],
  [
    'sliding windows',
    /sliding windows/,
    () =>
      grouped()
        .windowedBy(SlidingWindows.of({ differenceMs: 5 }))
        .count(options),
  ],
  ['unlimited windows', /unlimited windows/, () => grouped().windowedBy(UnlimitedWindows.of()).count(options)],
  [
    'sessions',
    /sessions/,
    () =>
      grouped()
        .windowedBy(SessionWindows.of({ gapMs: 5 }))
        .count(untyped(options)),
  ],
  [
    'a cogroup',
    /cogroup/,
    () =>
      grouped()
        .cogroup((all: string, value) => all + value)
        .windowedBy(hopping)
        .aggregate(() => '', untyped({ ...options, value: Serdes.string })),
  ],
  ['updates without a cache', /caching/, () => windowed().count({ store: { ...store, caching: 'disabled' } })],
  ['a reducer of which nothing is said', /associative: true/, () => windowed().reduce((left) => left, untyped(options))],
  [
    'an aggregate without a merger',
    /merger/,
    () =>
      windowed().aggregate(
        () => '',
        (all) => all,
        untyped(options),
      ),
  ],
]

for (const [what, message, build] of refused)
  t.test(`${what}: no slices`, async (t) => {
    t.throws(build, { name: 'TopologyError', code: 'STREAMS_SLICES', message, facts: { store: 's' } })
  })

t.test('emitted on close they need no cache', async (t) => {
  t.doesNotThrow(() =>
    windowed()
      .emitStrategy('on-window-close')
      .count({ store: { ...store, caching: 'disabled' } }),
  )
})

t.test('slices is true or false', async (t) => {
  t.throws(() => windowed().count(untyped({ store: { slices: 'yes' } })), { name: 'TypeError', message: /slices of/ })
  t.doesNotThrow(() => windowed().count({ store: { slices: false } }))
})

t.test('an application that Java might take over has no slices', async (t) => {
  const builder = new StreamsBuilder()
  windowed(builder).count(options)
  const topology = builder.build()
  t.throws(() => new TopologyTestDriver(topology, { compatibility: 'java' }), { code: 'STREAMS_SLICES', message: /take over/ })
})

t.test('the changelog has a name of its own, which no other store has', async (t) => {
  const builder = new StreamsBuilder()
  windowed(builder).count(options)
  const [subtopology] = builder.build().plan('app').subtopologies
  t.match(subtopology?.stores[0]?.changelog, { topic: { name: 'app-s-slices-changelog' }, otherForm: 'app-s-changelog' })
  const other = builder
    .table(topic('other', { key: Serdes.string, value: Serdes.string }))
    .mapValues((value) => value, { store: 's-slices' })
  t.ok(other)
  t.throws(() => builder.build().plan('app'), {
    code: 'STREAMS_DUPLICATE_STORE',
    facts: { topic: 'app-s-slices-changelog', stores: ['s', 's-slices'] },
  })
})

function results(build: (stream: TimeWindowedKStream<string, string>) => unknown) {
  const builder = new StreamsBuilder()
  build(windowed(builder))
  const driver = new TopologyTestDriver(builder.build())
  return {
    driver,
    pipe: (value: string, timestamp: number) => driver.createInputTopic(input).pipeInput({ key: 'k', value, timestamp }),
  }
}

t.test('a null aggregate is refused, from each lambda', async (t) => {
  const lists = [
    (stream: TimeWindowedKStream<string, string>) =>
      stream.aggregate(
        () => '',
        untyped(() => null),
        { store, value: Serdes.string, merger: (left) => left },
      ),
    (stream: TimeWindowedKStream<string, string>) =>
      stream.aggregate(
        () => '',
        (all, value) => all + value,
        { store, value: Serdes.string, merger: untyped(() => null) },
      ),
    (stream: TimeWindowedKStream<string, string>) =>
      stream.reduce(
        untyped(() => null),
        { store, associative: true },
      ),
  ]
  for (const build of lists) {
    const { driver, pipe } = results(build)
    const pipeAll = (): void => {
      for (const timestamp of [1, 1, 6]) pipe('a', timestamp)
    }
    t.throws(pipeAll, /returned null. Windows that are kept as slices/)
    driver.close()
  }
})

t.test('sums of slices are those of windows; a merger may change what it gets', async (t) => {
  const builder = new StreamsBuilder()
  const output = topic('out', { key: Serdes.string, value: nullable(Serdes.string) })
  windowed(builder)
    .aggregate(
      (): string[] => [],
      (all, value) => [...all, value],
      {
        store,
        value: Serdes.json<string[]>(),
        merger: (left, right) => {
          left.push(...right)
          return left.sort()
        },
      },
    )
    .toStream()
    .map((value, { key, startMs }) => ({ key: `${key}@${startMs}`, value: value && value.join('') }))
    .to(output)
  using driver = new TopologyTestDriver(builder.build())
  const pipe = (value: string, timestamp: number): unknown => {
    driver.createInputTopic(input).pipeInput({ key: 'k', value, timestamp })
    return driver
      .createOutputTopic(output)
      .readRecords()
      .map(({ key, value: letters, timestamp: of }) => `${key}=${letters} ${of}`)
  }
  t.same(pipe('b', 7), ['k@0=b 7', 'k@5=b 7'])
  t.same(pipe('a', 12), ['k@5=ab 12', 'k@10=a 12'])
  t.same(pipe('z', 22), ['k@15=z 22', 'k@20=z 22'])
  t.same(pipe('c', 7), ['k@5=abc 12'], 'the first window is closed')
  const windows = driver.stateStore<WindowStateStore<string, { value: string[] }>>('s')
  t.same(
    [...windows.fetch('k', 0, 10)].map(({ startMs, value }) => `${startMs}=${value.value.join('')}`),
    ['5=abc', '10=a'],
  )
})
