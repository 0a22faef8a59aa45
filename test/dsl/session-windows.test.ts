import t from 'tap'
import { Serdes, SessionWindows, sessionStore, StreamsBuilder, topic } from 'millrace'
import type { Materialized, SessionStore, Topology, Windowed } from 'millrace'
import { TopologyTestDriver, type TopologyTestDriverConfig } from 'millrace/testing'
import { sessionWindowedSerde } from '../../lib/serde/windowed-serdes.ts'

// What the vectors cannot show: where `safe` differs from Java, and what is refused.

const input = topic('in', { key: Serdes.string, value: Serdes.string })
const output = topic('out', { key: sessionWindowedSerde(Serdes.string), value: Serdes.string })
const lengths = topic('lengths', { key: Serdes.string, value: Serdes.long })

const gap5 = SessionWindows.of({ gapMs: 5 })
const concat = (left: string, right: string): string => left + right

function grouped(builder: StreamsBuilder) {
  return builder.stream(input).groupByKey()
}

function emittedOnClose(): Topology {
  const builder = new StreamsBuilder()
  grouped(builder).windowedBy(gap5).emitStrategy('on-window-close').reduce(concat, { store: 's' }).toStream().to(output)
  return builder.build()
}

class Run {
  readonly driver: TopologyTestDriver

  constructor(topology: Topology, config: TopologyTestDriverConfig = {}) {
    this.driver = new TopologyTestDriver(topology, { cacheMaxBytes: 0, ...config })
    t.teardown(() => this.driver.close())
  }

  pipe(value: string, timestamp: number): void {
    this.driver.createInputTopic(input).pipeInput({ key: 'k', value, timestamp })
  }

  /** What came out since the last time. */
  sessions(): string[] {
    const rows = this.driver.createOutputTopic(output).readRecords()
    return rows.map(({ key, value, timestamp }) => {
      const { startMs, endMs } = key as Windowed<string>
      return `${startMs}-${endMs}=${value}@${timestamp}`
    })
  }
}

for (const defaultStoreMedium of ['memory', 'disk'] as const) {
  t.test(`${defaultStoreMedium}: a jump of time loses no session; Java loses it`, async (t) => {
    for (const compatibility of ['safe', 'java'] as const) {
      const run = new Run(emittedOnClose(), { defaultStoreMedium, compatibility })
      run.pipe('a', 1)
      run.pipe('b', 3)
      run.pipe('c', 1_000_000)
      t.same(run.sessions(), compatibility === 'safe' ? ['1-3=ab@3'] : [])
    }
  })

  t.test(`${defaultStoreMedium}: a session that a store restored is emitted when it closes`, async (t) => {
    const before = new Run(emittedOnClose(), { defaultStoreMedium })
    before.pipe('a', 1)
    before.pipe('b', 3)
    const changelogs = before.driver.produced().filter(({ topic: name }) => name.endsWith('-changelog'))
    const after = new Run(emittedOnClose(), { defaultStoreMedium, changelogs })
    after.pipe('c', 1_000_000)
    after.pipe('d', 2_000_000)
    t.same(after.sessions(), ['1-3=ab@3', '1000000-1000000=c@1000000'])
  })
}

/** How many sessions there are of each length. */
function sessionLengths(): Topology {
  const builder = new StreamsBuilder()
  grouped(builder)
    .windowedBy(gap5)
    .count({ key: Serdes.string })
    .groupBy((count) => ({ key: `${count} records`, value: 1 }), { key: Serdes.string, value: Serdes.long })
    .reduce(
      (sum, one) => sum + one,
      (sum, one) => sum - one,
    )
    .toStream()
    .to(lengths)
  return builder.build()
}

t.test('an update of a session of one instant takes back what it was; in Java it stays', async (t) => {
  for (const compatibility of ['safe', 'java'] as const)
    for (const cacheMaxBytes of [0, 1_000_000]) {
      const run = new Run(sessionLengths(), { compatibility, cacheMaxBytes })
      run.pipe('a', 1)
      run.pipe('b', 1)
      const rows = run.driver.createOutputTopic(lengths).readRecords()
      const counts = Object.fromEntries(rows.map(({ key, value }) => [key, value]))
      const stays = compatibility === 'java' && cacheMaxBytes === 0
      t.same(counts, { '1 records': stays ? 1 : 0, '2 records': 1 })
    }
})

t.test('sessions live for gap and grace: a store that keeps them shorter is refused', async (t) => {
  const count = (materialized: Materialized<string, number, number, 'session'>): unknown =>
    grouped(new StreamsBuilder())
      .windowedBy(SessionWindows.of({ gapMs: 5, graceMs: 10 }))
      .count(materialized)
  t.throws(() => count({ store: { retentionMs: 14 } }), { code: 'STREAMS_RETENTION_TOO_SMALL' })
  t.ok(count({ store: { name: 's', retentionMs: 15 } }))
  t.throws(() => SessionWindows.of({ gapMs: -1 }), { message: /^gapMs of sessions must be whole milliseconds/ })
  t.throws(() => SessionWindows.of({ gapMs: 1, graceMs: 0.5 }), TypeError)
  t.throws(() => sessionStore('s', { retentionMs: -1 }), TypeError)
})

t.test('a store value says where and how long sessions are kept', async (t) => {
  const builder = new StreamsBuilder()
  const kept = sessionStore('kept', { key: Serdes.string, value: Serdes.long, medium: 'memory', retentionMs: 500 })
  grouped(builder).windowedBy(gap5).count({ store: kept })
  const run = new Run(builder.build())
  run.pipe('a', 1)
  run.pipe('b', 400)
  const sessions = [...run.driver.stateStore<SessionStore<string, number>>('kept').fetch('k')]
  t.same(
    sessions.map(({ key }) => key.endMs),
    [1, 400],
  )
})

t.test('a merger that returns nothing is an error that says so', async (t) => {
  const builder = new StreamsBuilder()
  grouped(builder)
    .windowedBy(gap5)
    .aggregate(() => '', concat, (() => undefined) as never, { value: Serdes.string, store: 's' })
  const run = new Run(builder.build())
  run.pipe('a', 1)
  t.throws(() => run.pipe('b', 2), { cause: { code: 'STREAMS_UNDEFINED_RESULT', message: /merger/ } })
})
