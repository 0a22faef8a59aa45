import { deepEqual } from 'node:assert/strict'
import fc from 'fast-check'
import {
  Serdes,
  SessionWindows,
  SlidingWindows,
  StreamsBuilder,
  Suppressed,
  TimeWindows,
  topic,
  type KTable,
  type SessionWindowedKStream,
  type TimeWindowedKStream,
  type Topology,
  type Windowed,
} from 'millrace'
import t from 'tap'
import { PacedTask } from './paced-task.ts'
import { runs } from './runs.ts'

// What a window holds in the end is a matter of its records and of stream time alone: not of the store's medium and expiry, of the record
// cache, of commits, and of when the results are asked for. Each window stays open up to its end and grace, whatever is below.

const serdes = { key: Serdes.string, value: Serdes.string }
const input = topic('in', serdes)
const out = topic('out', serdes)

interface Lengths {
  readonly lengthMs: number
  readonly advanceMs: number
  readonly graceMs: number
}

type Windows = 'tumbling' | 'hopping' | 'sliding' | 'session'
/** `updates`: every change. `suppress` and `close`: one result for each window, when it is over. */
type Results = 'updates' | 'suppress' | 'close'

interface Way {
  readonly results: Results
  readonly medium: 'memory' | 'disk'
  readonly cacheMaxBytes: number
  /** A commit after every so many records. */
  readonly commitEvery: number
}

interface Input {
  readonly key: string
  readonly value: string
  readonly timestamp: number
}

/** Letters in the order of the alphabet: in which order records came does not count. */
const addLetter = (letters: string, letter: string): string => [...letters, ...letter].toSorted().join('')

function tableOf(
  windows: Windows,
  lengths: Lengths,
  results: Results,
): KTable<Windowed<string>, string> & { builder: StreamsBuilder } {
  const builder = new StreamsBuilder()
  const grouped = builder.stream(input).groupByKey()
  const emit = results === 'close' ? 'on-window-close' : 'on-window-update'
  const { lengthMs, advanceMs, graceMs } = lengths
  const overTime = (stream: TimeWindowedKStream<string, string>) =>
    stream.emitStrategy(emit).aggregate(() => '', addLetter, serdes)
  const overSessions = (stream: SessionWindowedKStream<string, string>) =>
    stream.emitStrategy(emit).aggregate(() => '', addLetter, addLetter, serdes)
  const tables = {
    tumbling: () => overTime(grouped.windowedBy(TimeWindows.of({ sizeMs: lengthMs, graceMs }))),
    hopping: () => overTime(grouped.windowedBy(TimeWindows.of({ sizeMs: lengthMs, advanceMs, graceMs }))),
    sliding: () => overTime(grouped.windowedBy(SlidingWindows.of({ differenceMs: lengthMs, graceMs }))),
    session: () => overSessions(grouped.windowedBy(SessionWindows.of({ gapMs: lengthMs, graceMs }))),
  }
  const table = tables[windows]()
  return Object.assign(results === 'suppress' ? table.suppress(Suppressed.untilWindowCloses()) : table, { builder })
}

function topologyOf(windows: Windows, lengths: Lengths, results: Results): Topology {
  const table = tableOf(windows, lengths, results)
  table
    .toStream()
    .map((value, { key, startMs, endMs }) => ({ key: `${key}[${startMs},${endMs}]`, value: value ?? 'null' }))
    .to(out)
  return table.builder.build()
}

/** What came out, in order. */
function run(
  topology: Topology,
  inputs: readonly Input[],
  { medium, cacheMaxBytes, commitEvery }: Way,
): (readonly [string, string])[] {
  const task = new PacedTask(topology, { medium, cacheMaxBytes })
  for (const [at, record] of inputs.entries()) {
    task.pipe({ topic: 'in', ...record })
    if (at % commitEvery === commitEvery - 1) task.commit()
  }
  return task.settled('out').map(({ key, value }) => [key, value!])
}

type Table = readonly (readonly [string, string])[]

const sorted = (rows: Iterable<readonly [string, string]>): Table =>
  [...rows].toSorted(([left], [right]) => (left < right ? -1 : 1))

/** The last value of each window; final results come once. */
function inTheEnd(outputs: Table, results: Results): Table {
  if (results !== 'updates') return sorted(outputs)
  return sorted(new Map(outputs)).filter(([, value]) => value !== 'null')
}

// The model.

/** A window of the model; it takes records while stream time is at most `openUntilMs`. */
interface Open {
  readonly key: string
  readonly startMs: number
  readonly endMs: number
  readonly letters: string
}

/** Each record is in each of its windows that is still open. */
function modelOfTime(sizeMs: number, advanceMs: number, graceMs: number, inputs: readonly Input[]): Table {
  const table = new Map<string, string>()
  let streamTime = -1
  for (const { key, value, timestamp } of inputs) {
    streamTime = Math.max(streamTime, timestamp)
    for (let startMs = 0; startMs <= timestamp; startMs += advanceMs) {
      const [endMs, window] = [startMs + sizeMs, `${key}[${startMs},${startMs + sizeMs}]`]
      if (timestamp < endMs && streamTime < endMs + graceMs) table.set(window, addLetter(table.get(window) ?? '', value))
    }
  }
  return sorted(table)
}

/** A session is over when stream time is past its end, gap and grace. A record joins those that it is near to and that are not over. */
function modelOfSessions(gapMs: number, graceMs: number, inputs: readonly Input[]): Table {
  let sessions: Open[] = []
  let streamTime = -1
  for (const { key, value, timestamp } of inputs) {
    streamTime = Math.max(streamTime, timestamp)
    const isOpen = ({ endMs }: { readonly endMs: number }): boolean => endMs + gapMs + graceMs >= streamTime
    const near = sessions.filter((each) => isNear(each, key, timestamp, gapMs) && isOpen(each))
    const own: Open = {
      key,
      startMs: Math.min(timestamp, ...near.map(({ startMs }) => startMs)),
      endMs: Math.max(timestamp, ...near.map(({ endMs }) => endMs)),
      letters: near.reduce((all, { letters }) => addLetter(all, letters), value),
    }
    if (isOpen(own)) sessions = [...sessions.filter((each) => !near.includes(each)), own]
  }
  return sorted(sessions.map(({ key, startMs, endMs, letters }) => [`${key}[${startMs},${endMs}]`, letters]))
}

function isNear(session: Open, key: string, timestamp: number, gapMs: number): boolean {
  return session.key === key && timestamp >= session.startMs - gapMs && timestamp <= session.endMs + gapMs
}

/** Of sliding windows this asks one run what all others must say, too: law 2 of `windowed-aggregates` knows what they hold. */
function expected(windows: Windows, lengths: Lengths, inputs: readonly Input[]): Table {
  const { lengthMs, advanceMs, graceMs } = lengths
  if (windows === 'tumbling') return modelOfTime(lengthMs, lengthMs, graceMs, inputs)
  if (windows === 'hopping') return modelOfTime(lengthMs, advanceMs, graceMs, inputs)
  if (windows === 'session') return modelOfSessions(lengthMs, graceMs, inputs)
  const plain: Way = { results: 'updates', medium: 'memory', cacheMaxBytes: 0, commitEvery: 1 }
  return inTheEnd(run(topologyOf(windows, lengths, 'updates'), inputs, plain), 'updates')
}

// What is tried.

/** Small times, where ends meet often; or the same in tens of seconds, where segments of stores go. */
const cases = fc
  .record({
    unitMs: fc.constantFrom(1, 1, 10_000),
    lengthMs: fc.integer({ min: 1, max: 5 }),
    advance: fc.integer({ min: 1, max: 12 }),
    graceMs: fc.nat(5),
    inputs: fc.array(
      fc.record({
        key: fc.constantFrom('a', 'a', 'b'),
        value: fc.constantFrom(...'abcdefgh'),
        timestamp: fc.oneof(fc.nat(20), fc.nat(12)),
      }),
      { maxLength: 14 },
    ),
  })
  .map(({ unitMs, lengthMs, advance, graceMs, inputs }) => ({
    lengths: { lengthMs: lengthMs * unitMs, advanceMs: Math.min(advance, lengthMs) * unitMs, graceMs: graceMs * unitMs },
    inputs: inputs.map((each) => ({ ...each, timestamp: each.timestamp * unitMs })),
  }))

const way: fc.Arbitrary<Way> = fc.record({
  results: fc.constantFrom('updates', 'suppress', 'close'),
  medium: fc.constantFrom('memory', 'disk'),
  cacheMaxBytes: fc.constantFrom(0, 300, 1e6),
  commitEvery: fc.constantFrom(1, 2, 5, 100),
})

/** By then everything is over. */
const last: Input = { key: 'last', value: 'z', timestamp: 1_000_000_000 }

for (const windows of ['tumbling', 'hopping', 'sliding', 'session'] as const)
  t.test(`law: ${windows} windows hold the same in the end with any cache, medium, commits and kind of results`, async () => {
    const law = fc.property(cases, way, ({ lengths, inputs }, how) => {
      const outputs = run(topologyOf(windows, lengths, how.results), [...inputs, last], how)
      const ofInputs = outputs.filter(([window]) => !window.startsWith('last'))
      deepEqual(inTheEnd(ofInputs, how.results), expected(windows, lengths, inputs))
    })
    fc.assert(law, runs(150))
  })
