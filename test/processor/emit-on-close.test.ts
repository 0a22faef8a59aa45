import t from 'tap'
import {
  Serdes,
  SlidingWindows,
  StreamsBuilder,
  timestampedWindowStore,
  TimeWindows,
  topic,
  UnlimitedWindows,
  windowStore,
} from 'millrace'
import type { EmitStrategy, UnlimitedWindowedKStream, Windowed } from 'millrace'
import { TopologyTestDriver, type TopologyTestDriverConfig } from 'millrace/testing'
import { timeWindowedSerde } from '../../lib/serde/windowed-serdes.ts'

// What the vectors cannot show: where `safe` differs from Java, the throttle, metrics.

const input = topic('in', { key: Serdes.string, value: Serdes.string })
const output = topic('out', { key: timeWindowedSerde(Serdes.string, 10), value: Serdes.string })

const concat = (aggregate: string, value: string): string => aggregate + value

function windowedBy(windows: TimeWindows | SlidingWindows, emit: EmitStrategy = 'on-window-close') {
  const builder = new StreamsBuilder()
  const grouped = builder.stream(input).groupByKey()
  const windowed = windows instanceof SlidingWindows ? grouped.windowedBy(windows) : grouped.windowedBy(windows)
  const table = windowed.emitStrategy(emit).aggregate(() => '', concat, { value: Serdes.string, store: 'agg' })
  table.toStream().to(output)
  return builder.build()
}

type Row = readonly [string, number, string | null]

class Run {
  readonly driver: TopologyTestDriver

  constructor(windows: TimeWindows | SlidingWindows, config: TopologyTestDriverConfig = {}) {
    this.driver = new TopologyTestDriver(windowedBy(windows), { initialWallClockMs: 0, cacheMaxBytes: 0, ...config })
    t.teardown(() => this.driver.close())
  }

  /** What came out by now, as `[key@start, value]`. */
  pipe(value: string, timestamp: number): string[] {
    this.driver.createInputTopic(input).pipeInput({ key: 'k', value, timestamp })
    const rows = this.driver.createOutputTopic(output).readRecords()
    return rows.map(({ key, value: aggregate }) => `${(key as Windowed<string>).startMs}=${aggregate}`)
  }
}

const tumbling = TimeWindows.of({ sizeMs: 10, graceMs: 2 })
const media = ['memory', 'disk'] as const

for (const defaultStoreMedium of media) {
  t.test(`${defaultStoreMedium}: a jump of time loses no window; Java loses it`, async (t) => {
    const safe = new Run(tumbling, { defaultStoreMedium })
    safe.pipe('a', 1)
    t.same(safe.pipe('b', 1_000_000), ['0=a'])
    const java = new Run(tumbling, { defaultStoreMedium, compatibility: 'java' })
    java.pipe('a', 1)
    t.same(java.pipe('b', 1_000_000), [])
  })

  t.test(`${defaultStoreMedium}: a window that a store restored is emitted, though later ones are there, too`, async (t) => {
    const before = new Run(tumbling, { defaultStoreMedium, emitIntervalMs: 1000 })
    before.pipe('x', 0)
    before.pipe('a', 21)
    before.pipe('b', 1_000_000)
    const changelogs = before.driver.produced().filter(({ topic: name }) => name.endsWith('-changelog'))
    const after = new Run(tumbling, { defaultStoreMedium, changelogs })
    t.same(after.pipe('c', 1_000_100), ['0=x', '20=a', '1000000=b'])
  })
}

t.test('emission is throttled by the wall clock, and catches up', async (t) => {
  const run = new Run(tumbling, { emitIntervalMs: 1000 })
  t.same(run.pipe('a', 1), [])
  t.same(run.pipe('b', 12), [])
  t.same(run.pipe('c', 40), [], 'window 0 has closed, but the first look was no second ago')
  run.driver.advanceWallClockTime(1000)
  t.same(run.pipe('d', 41), ['0=a', '10=b'])
})

t.test('what was emitted is counted, by node', async (t) => {
  const run = new Run(tumbling)
  run.pipe('a', 1)
  run.pipe('b', 30)
  const metrics = run.driver.metrics().filter(({ group }) => group === 'stream-processor-node-metrics')
  t.same(
    metrics.flatMap(({ kind, name, value }) => (kind === 'counter' ? [[name, value()]] : [])),
    [['window-aggregate-final-emit', 1]],
  )
  const times = metrics.find(({ name }) => name === 'window-aggregate-final-emit-latency')
  t.match(times?.value(), { count: 1, sum: 0, max: 0 })
  t.equal(times!.tags['processor-node-id'], 'KSTREAM-AGGREGATE-0000000001')
})

t.test('sliding windows of no length hold the records of one instant; Java fails', async (t) => {
  const instants = SlidingWindows.of({ differenceMs: 0 })
  const safe = new Run(instants)
  safe.pipe('a', 5)
  safe.pipe('b', 5)
  t.same(safe.pipe('c', 6), ['5=ab'])
  const java = new Run(instants, { compatibility: 'java' })
  t.throws(() => java.pipe('a', 5), { cause: { message: /no windows without length/ } })
})

t.test('sliding windows: an aggregate that is changed in place does not change its neighbour', async (t) => {
  const builder = new StreamsBuilder()
  builder
    .stream(input)
    .groupByKey()
    .windowedBy(SlidingWindows.of({ differenceMs: 10, graceMs: 50 }))
    .aggregate(
      (): string[] => [],
      (all, value) => (all.push(value), all),
      { value: Serdes.json<string[]>(), store: 'agg' },
    )
  using driver = new TopologyTestDriver(builder.build())
  const topicOfInput = driver.createInputTopic(input)
  for (const [value, timestamp] of [
    ['a', 20],
    ['c', 26],
    ['b', 22],
  ] as const)
    topicOfInput.pipeInput({ key: 'k', value, timestamp })
  const rows = [...driver.stateStore<{ all(): Iterable<{ key: Windowed<string>; value: { value: string[] } }> }>('agg').all()]
  t.same(
    rows.map(({ key, value }): Row => [key.key, key.startMs, value.value.join('')]),
    [
      ['k', 10, 'a'],
      ['k', 12, 'ab'],
      ['k', 16, 'acb'],
      ['k', 21, 'cb'],
      ['k', 23, 'c'],
    ],
  )
})

t.test('unlimited windows cannot be emitted on close', async (t) => {
  const unlimited: UnlimitedWindowedKStream<string, string> = new StreamsBuilder()
    .stream(input)
    .groupByKey()
    .windowedBy(UnlimitedWindows.of())
  t.throws(() => (unlimited as unknown as { emitStrategy(emit: string): void }).emitStrategy('on-window-close'), {
    code: 'STREAMS_EMIT_STRATEGY',
  })
})

t.test('a store value keeps windows as long as they need, whatever it says; with Java as long as it says', async (t) => {
  const short = timestampedWindowStore('s', { value: Serdes.string, retentionMs: 10, windowSizeMs: 10 })
  for (const compatibility of ['safe', 'java'] as const) {
    const builder = new StreamsBuilder()
    const windows = TimeWindows.of({ sizeMs: 10, graceMs: 30 })
    const table = builder
      .stream(input)
      .groupByKey()
      .windowedBy(windows)
      .aggregate(() => '', concat, { store: short })
    table.toStream().to(output)
    using driver = new TopologyTestDriver(builder.build(), { compatibility, cacheMaxBytes: 0 })
    const records = driver.createInputTopic(input)
    for (const [value, timestamp] of [
      ['a', 1],
      ['b', 21],
      ['c', 2],
    ] as const)
      records.pipeInput({ key: 'k', value, timestamp })
    const values = driver.createOutputTopic(output).readValues()
    t.same(values, compatibility === 'safe' ? ['a', 'b', 'ac'] : ['a', 'b', 'c'])
  }
})

t.test('a store without timestamps has no time for what it emits, with Java', async (t) => {
  const plain = windowStore('s', { value: Serdes.string, retentionMs: 20, windowSizeMs: 10, medium: 'disk' })
  for (const compatibility of ['safe', 'java'] as const) {
    const builder = new StreamsBuilder()
    const windowed = builder
      .stream(input)
      .groupByKey()
      .windowedBy(TimeWindows.of({ sizeMs: 10 }))
      .emitStrategy('on-window-close')
    windowed
      .aggregate(() => '', concat, { store: plain })
      .toStream()
      .to(output)
    using driver = new TopologyTestDriver(builder.build(), { compatibility, cacheMaxBytes: 0 })
    const records = driver.createInputTopic(input)
    records.pipeInput({ key: 'k', value: 'a', timestamp: 1 })
    const close = (): void => records.pipeInput({ key: 'k', value: 'b', timestamp: 12 })
    if (compatibility === 'java') t.throws(close, { cause: { message: /has lost the time/ } })
    else {
      close()
      t.match(driver.createOutputTopic(output).readRecords(), [{ value: 'a', timestamp: 1 }])
    }
  }
})
