import { deepEqual } from 'node:assert/strict'
import fc from 'fast-check'
import { Serdes, SessionWindows, StreamsBuilder, topic, type EmitStrategy, type SessionStore, type Windowed } from 'millrace'
import { TopologyTestDriver } from 'millrace/testing'
import t from 'tap'
import { sessionWindowedSerde } from '../../lib/serde/windowed-serdes.ts'
import { runs } from './runs.ts'

const numbers = topic('numbers', { key: Serdes.string, value: Serdes.long })
const sums = topic('sums', { key: sessionWindowedSerde(Serdes.string), value: Serdes.long })

interface Input {
  readonly key: string
  readonly value: number
  readonly timestamp: number
}

interface Sizes {
  readonly gapMs: number
  readonly graceMs: number
}

interface Kind {
  readonly defaultStoreMedium: 'memory' | 'disk'
  readonly cacheMaxBytes: number
}

/** The sum of each session, and what came out. Stores keep their sessions as long as it is said, at least as long as they are open. */
function run(
  inputs: readonly Input[],
  windows: Sizes,
  emit: EmitStrategy,
  { retentionMs, ...kind }: Kind & { retentionMs?: number },
) {
  const builder = new StreamsBuilder()
  const retention = retentionMs === undefined ? {} : { retentionMs }
  const plus = (left: number, right: number): number => left + right
  builder
    .stream(numbers)
    .groupByKey()
    .windowedBy(SessionWindows.of(windows))
    .emitStrategy(emit)
    .aggregate(() => 0, plus, plus, { key: Serdes.string, value: Serdes.long, store: { name: 'sessions', ...retention } })
    .toStream()
    .to(sums)
  using driver = new TopologyTestDriver(builder.build(), kind)
  const input = driver.createInputTopic(numbers)
  for (const record of inputs) input.pipeInput(record)
  const stored = [...driver.stateStore<SessionStore<string, number>>('sessions').fetchRange(null, null)]
  const emitted = driver.createOutputTopic(sums).readRecords()
  return { stored: stored.map(({ key, value }) => shown(key, value)).sort(), emitted }
}

const shown = ({ key, startMs, endMs }: Windowed<string>, sum: number): string => `${key}@${startMs}-${endMs}=${sum}`

/** For the reader: sorted by time, a session ends where the next record is further away than the gap. */
function sessionsOf(inputs: readonly Input[], gapMs: number): (readonly [Windowed<string>, number])[] {
  const sorted = inputs.toSorted((left, right) => left.timestamp - right.timestamp)
  return ['a', 'b'].flatMap((key) => {
    const sessions: { startMs: number; endMs: number; sum: number }[] = []
    for (const { timestamp, value } of sorted.filter((input) => input.key === key)) {
      const last = sessions.at(-1)
      if (last === undefined || timestamp - last.endMs > gapMs)
        sessions.push({ startMs: timestamp, endMs: timestamp, sum: value })
      else Object.assign(last, { endMs: timestamp, sum: last.sum + value })
    }
    return sessions.map(({ startMs, endMs, sum }) => [{ key, startMs, endMs }, sum] as const)
  })
}

/**
 * For the reader of records in any order: each joins the sessions within the gap that are not over, and makes one of them. A session is over
 * when stream time has passed its end, gap and grace; what would be over at once does not count.
 */
function sessionsInTime(inputs: readonly Input[], { gapMs, graceMs }: Sizes): (readonly [Windowed<string>, number])[] {
  let sessions: (readonly [Windowed<string>, number])[] = []
  let streamTime = -1
  for (const { key, value, timestamp } of inputs) {
    streamTime = Math.max(streamTime, timestamp)
    const isOpen = (endMs: number): boolean => endMs + gapMs + graceMs >= streamTime
    const near = sessions.filter(
      ([session]) =>
        session.key === key &&
        timestamp >= session.startMs - gapMs &&
        timestamp <= session.endMs + gapMs &&
        isOpen(session.endMs),
    )
    const startMs = Math.min(timestamp, ...near.map(([session]) => session.startMs))
    const endMs = Math.max(timestamp, ...near.map(([session]) => session.endMs))
    const sum = near.reduce((total, [, each]) => total + each, value)
    if (isOpen(endMs)) sessions = [...sessions.filter((each) => !near.includes(each)), [{ key, startMs, endMs }, sum]]
  }
  return sessions
}

const expected = (sessions: (readonly [Windowed<string>, number])[]): string[] =>
  sessions.map(([session, sum]) => shown(session, sum)).sort()

const sizes = fc.record({ gapMs: fc.nat(6), graceMs: fc.nat(12) })
const kinds = fc.record({
  defaultStoreMedium: fc.constantFrom('memory' as const, 'disk' as const),
  cacheMaxBytes: fc.constantFrom(0, 1_000_000),
})
const keyed = { key: fc.constantFrom('a', 'b'), value: fc.integer({ min: 1, max: 9 }) }
const anyOrder = fc.array(fc.record({ ...keyed, timestamp: fc.nat(60) }), { maxLength: 30 })

t.test('sessions are those of the records that came in time, whatever their order', async () => {
  const law = fc.property(anyOrder, sizes, kinds, (inputs, windows, kind) => {
    const { stored, emitted } = run(inputs, windows, 'on-window-update', { ...kind, retentionMs: 1_000_000 })
    const sessions = expected(sessionsInTime(inputs, windows))
    deepEqual(stored, sessions)
    const last = new Map(emitted.map(({ key, value }) => [JSON.stringify(key), value as number | null]))
    const table = [...last].flatMap(([key, sum]) => (sum === null ? [] : [shown(JSON.parse(key) as Windowed<string>, sum)]))
    deepEqual(table.sort(), sessions, 'what came out makes the same table')
  })
  fc.assert(law, runs(200))
})

/** Out of order by at most the grace, with jumps of time: nothing is late. */
const jumping = fc.array(fc.record({ ...keyed, jump: fc.oneof(fc.nat(5), fc.nat(200_000)), late: fc.nat(12) }), { maxLength: 30 })

t.test('on close each session comes once, whole, in order of time, however time jumps', async () => {
  const law = fc.property(jumping, sizes, kinds, (steps, windows, kind) => {
    let time = 0
    const inputs = steps.map(({ key, value, jump, late }) => {
      time += jump
      return { key, value, timestamp: Math.max(0, time - Math.min(late, windows.graceMs)) }
    })
    const flush = { key: 'flush', value: 0, timestamp: time + 1_000_000 }
    const { emitted } = run([...inputs, flush], windows, 'on-window-close', kind)
    const rows = emitted.map(({ key, value }) => shown(key as Windowed<string>, value as number))
    deepEqual(rows.toSorted(), expected(sessionsOf(inputs, windows.gapMs)))
    const ends = emitted.map(({ key }) => (key as Windowed<string>).endMs)
    deepEqual(
      ends,
      ends.toSorted((left, right) => left - right),
    )
  })
  fc.assert(law, runs(200))
})
