import { deepEqual, ok } from 'node:assert/strict'
import fc from 'fast-check'
import { JoinWindows, nullable, Serdes, StreamsBuilder, topic, type Topology } from 'millrace'
import { TopologyTestDriver, type TopologyTestDriverConfig } from 'millrace/testing'
import t from 'tap'
import { runs } from './runs.ts'

// A join of two streams, as a reader of its documentation would compute it from the list of all that was ever sent.

type Kind = 'inner' | 'left' | 'outer'
type Side = 'left' | 'right'

interface Sent {
  readonly side: Side
  readonly key: string | null
  /** Different in each record. */
  readonly value: string | null
  readonly timestamp: number
}

interface Result {
  readonly key: string | null
  readonly left: string | null
  readonly right: string | null
  readonly timestamp: number
}

interface Circumstances {
  readonly medium?: 'memory' | 'disk'
  /** From this input on a second application has the work. */
  readonly restart?: number
  readonly partitions?: number
}

const text = (name: string) => topic(name, { key: nullable(Serdes.string), value: nullable(Serdes.string) })
const topics = { left: text('left'), right: text('right') }
const out = topic('out', { key: nullable(Serdes.string), value: Serdes.json<Pick<Result, 'left' | 'right'>>() })
const joiner = (left: string | null, right: string | null): Pick<Result, 'left' | 'right'> => ({ left, right })

function joinOf(kind: Kind, windows: JoinWindows): Topology {
  const builder = new StreamsBuilder()
  const [left, right] = [builder.stream(topics.left), builder.stream(topics.right)]
  if (kind === 'inner') left.join(right, joiner, windows).to(out)
  else if (kind === 'left') left.leftJoin(right, joiner, windows).to(out)
  else left.outerJoin(right, joiner, windows).to(out)
  return builder.build()
}

/** What each record that is sent makes come out. The second application is restored from changelogs. */
function run(
  topology: Topology,
  sent: readonly Sent[],
  { medium = 'memory', restart = sent.length, partitions = 1 }: Circumstances = {},
): Result[][] {
  const config = { defaultStoreMedium: medium, partitions }
  const first = runFrom(topology, config, sent.slice(0, restart))
  return [...first.results, ...runFrom(topology, { ...config, changelogs: first.written }, sent.slice(restart)).results]
}

function runFrom(topology: Topology, config: TopologyTestDriverConfig, sent: readonly Sent[]) {
  using driver = new TopologyTestDriver(topology, config)
  const inputs = { left: driver.createInputTopic(topics.left), right: driver.createInputTopic(topics.right) }
  const output = driver.createOutputTopic(out)
  const results = sent.map(({ side, key, value, timestamp }) => {
    inputs[side].pipeInput({ key, value, timestamp })
    return output.readRecords().map(({ key, value, timestamp }) => ({ key, ...value, timestamp }))
  })
  return { results, written: driver.produced() }
}

/** The model: everything that was sent, and how the streams are joined. */
class Model {
  readonly sent: readonly Sent[]
  readonly windows: JoinWindows
  readonly kind: Kind
  readonly circumstances: Circumstances

  constructor(sent: readonly Sent[], windows: JoinWindows, kind: Kind, circumstances: Circumstances = {}) {
    this.sent = sent
    this.windows = windows
    this.kind = kind
    this.circumstances = circumstances
  }

  /** The largest timestamp so far; a restart forgets it. */
  time(at: number): number {
    const { restart = Infinity } = this.circumstances
    const since = at < restart ? 0 : restart
    return Math.max(...this.sent.slice(since, at + 1).map(({ timestamp }) => timestamp))
  }

  hasOuterSide({ side }: Sent): boolean {
    return this.kind === 'outer' || (this.kind === 'left' && side === 'left')
  }

  /** The last timestamp that a partner of the record may have. */
  lastPartner({ side, timestamp }: Sent): number {
    return timestamp + (side === 'left' ? this.windows.afterMs : this.windows.beforeMs)
  }

  /** The partners that are there when a record arrives, by their time, then as they came. */
  partners(at: number): Sent[] {
    const own = this.sent[at]!
    return this.sent
      .slice(0, at)
      .filter((other) => this.belong(own, other) && this.#isKept(other, at))
      .toSorted((one, other) => one.timestamp - other.timestamp)
  }

  belong(own: Sent, other: Sent): boolean {
    if (own.key === null || own.key !== other.key || own.side === other.side) return false
    if (own.value === null || other.value === null) return false
    const [left, right] = own.side === 'left' ? [own, other] : [other, own]
    const { beforeMs, afterMs } = this.windows
    return left.timestamp - beforeMs <= right.timestamp && right.timestamp <= left.timestamp + afterMs
  }

  /** Each side forgets what no record within the grace can look for. On disk a record without value is no news. */
  #isKept({ side, timestamp }: Sent, at: number): boolean {
    const isNews = (each: Sent): boolean => each.key !== null && (each.value !== null || this.circumstances.medium !== 'disk')
    const news = this.sent.slice(0, at).filter((each) => each.side === side && isNews(each))
    const { beforeMs, afterMs, graceMs } = this.windows
    return timestamp >= Math.max(...news.map((each) => each.timestamp)) - Math.max(0, beforeMs) - Math.max(0, afterMs) - graceMs
  }

  /** Whether the record is one of an outer side that found nobody. */
  isAlone(at: number): boolean {
    const own = this.sent[at]!
    return own.value !== null && this.hasOuterSide(own) && this.partners(at).length === 0
  }

  /** It is certain on arrival that an alone record stays alone: it has no key, came too late, or nobody waits at all. */
  isSettled(at: number): boolean {
    const own = this.sent[at]!
    return own.key === null || this.windows.nonJoined === 'eager' || this.lastPartner(own) + this.windows.graceMs < this.time(at)
  }

  /** The results of a record on its arrival, in order. */
  onArrival(at: number): Result[] {
    const own = this.sent[at]!
    if (this.isAlone(at)) return this.isSettled(at) ? [pair(own, null)] : []
    return this.partners(at).map((other) => pair(own, other))
  }
}

function pair(own: Sent, other: Sent | null): Result {
  const [left, right] = own.side === 'left' ? [own, other] : [other, own]
  const timestamp = Math.max(own.timestamp, other?.timestamp ?? 0)
  return { key: own.key, left: left?.value ?? null, right: right?.value ?? null, timestamp }
}

const has = (result: Result, { value }: Sent): boolean => value !== null && (result.left === value || result.right === value)

/** All that must hold of the results. Where one waits for a partner, only the moment in which it gives up is left open. */
function check(model: Model, results: readonly Result[][]): void {
  const { sent } = model
  const gaveUp = new Map<Sent, number>()
  for (const [at, own] of sent.entries()) {
    const [arrival, others] = [results[at]!.filter((each) => has(each, own)), results[at]!.filter((each) => !has(each, own))]
    deepEqual(arrival, model.onArrival(at), `input ${at} on arrival`)
    deepEqual(others, others.toSorted(byTimeAndSide), `input ${at}: who gives up, does so in order of time, the right side first`)
    for (const result of others) {
      const waiting = sent.find((each) => has(result, each))!
      deepEqual(result, pair(waiting, null), `input ${at}: only who is alone comes later`)
      ok(!gaveUp.has(waiting), `${waiting.value} gives up once`)
      gaveUp.set(waiting, at)
    }
  }
  for (const [at, own] of sent.entries()) {
    const end = gaveUp.get(own)
    const waits = model.isAlone(at) && !model.isSettled(at)
    const found = sent.findIndex((_, later) => later > at && model.partners(later).includes(own))
    const closesAfter = model.lastPartner(own) + model.windows.graceMs
    const isOpen = closesAfter >= model.time(sent.length)
    if (end === undefined) ok(!waits || isOpen || found >= 0, `${own.value} found nobody, and has never given up`)
    else {
      ok(waits, `${own.value} did not wait`)
      ok(model.time(end) > closesAfter, `${own.value} gave up too early`)
      ok(found < 0 || end <= found, `${own.value} had a partner before it gave up`)
    }
  }
}

function byTimeAndSide(one: Result, other: Result): number {
  return one.timestamp - other.timestamp || Number(one.left !== null) - Number(other.left !== null)
}

const side = fc.constantFrom<Side>('left', 'right')
const key = fc.option(fc.constantFrom('a', 'b'), { freq: 9 })
/** Far enough from 0, where Kafka Streams takes what lies before time for its first moment. */
const time = fc.oneof(fc.integer({ min: 100, max: 120 }), fc.integer({ min: 100, max: 199 }))

const sent: fc.Arbitrary<Sent[]> = fc
  .array(fc.record({ side, key, timestamp: time, isNull: fc.integer({ min: 0, max: 9 }).map((n) => n === 0) }), {
    maxLength: 40,
    size: 'medium',
  })
  .map((all) => all.map(({ isNull, ...each }, index) => ({ ...each, value: isNull ? null : `${each.side}${index}` })))

/** Time goes on until everything has closed. */
const end: Sent = { side: 'left', key: 'end', value: 'end', timestamp: 10_000 }

const windows: fc.Arbitrary<JoinWindows> = fc
  .record({ beforeMs: fc.integer({ min: -9, max: 20 }), afterMs: fc.integer({ min: -9, max: 20 }), graceMs: fc.nat(20) })
  .filter(({ beforeMs, afterMs }) => beforeMs + afterMs >= 0)
  .chain((times) => fc.constantFrom(JoinWindows.of(times), JoinWindows.of(times), JoinWindows.eager(times)))

const circumstances: fc.Arbitrary<Circumstances> = fc.record(
  { medium: fc.constantFrom('memory', 'disk'), restart: fc.nat(40) },
  { requiredKeys: ['medium'] },
)

for (const kind of ['inner', 'left', 'outer'] as const)
  t.test(`${kind} join of two streams: pairs within windows, and who stays alone, over a restart`, async () => {
    const law = fc.property(sent, windows, circumstances, (some, times, how) => {
      const all = [...some, end]
      check(new Model(all, times, kind, how), run(joinOf(kind, times), all, how))
    })
    fc.assert(law, runs(100))
  })

/** Whether the record was at most as late as the grace when it came. */
function isInGrace(sent: readonly Sent[], at: number, graceMs: number): boolean {
  const newest = Math.max(...sent.slice(0, at + 1).map(({ timestamp }) => timestamp))
  return newest - sent[at]!.timestamp <= graceMs
}

for (const kind of ['inner', 'left', 'outer'] as const)
  t.test(`${kind} join of two streams: two records that both come within the grace are a pair, and never unmatched`, async () => {
    const times = windows.filter(({ nonJoined }) => nonJoined === 'final')
    const law = fc.property(sent, times, fc.constantFrom('memory', 'disk'), (some, within, medium) => {
      const all = [...some, end]
      const results = run(joinOf(kind, within), all, { medium }).flat()
      const model = new Model(all, within, kind)
      const timely = all.filter((_, at) => isInGrace(all, at, within.graceMs))
      for (const left of timely.filter(({ side }) => side === 'left'))
        for (const right of timely.filter((each) => model.belong(left, each))) {
          const both = results.filter((each) => each.left === left.value && each.right === right.value)
          deepEqual(both, [pair(left, right)])
          for (const each of [left, right])
            ok(!results.some((one) => has(one, each) && isUnmatched(one)), `${each.value} has partners`)
        }
    })
    fc.assert(law, runs(100))
  })

const isUnmatched = ({ left, right }: Result): boolean => left === null || right === null

/** Each partition has a time of its own; with such a grace none forgets anything. */
const nothingForgotten = windows.map(({ beforeMs, afterMs }) => JoinWindows.of({ beforeMs, afterMs, graceMs: 1000 }))

t.test('inner join of two streams: partitions make no difference to the pairs', async () => {
  const law = fc.property(sent, nothingForgotten, fc.integer({ min: 1, max: 4 }), (all, times, partitions) => {
    const model = new Model(all, times, 'inner')
    const expected = all.map((_, at) => model.onArrival(at))
    deepEqual(run(joinOf('inner', times), all, { partitions }), expected)
  })
  fc.assert(law, runs(50))
})

/** What a stream joined with itself gives, with a store for each side, or with one. */
function joinedWithItself(stores: 'both' | 'one', times: JoinWindows, records: readonly Sent[]): Result[][] {
  const builder = new StreamsBuilder()
  const stream = builder.stream(topics.left)
  stream.join(stream, joiner, times).to(out)
  return run(builder.build({ optimization: stores === 'one' ? ['single.store.self.join'] : 'none' }), records)
}

t.test('a stream joined with itself is two streams of the same records, the left one first', async () => {
  const law = fc.property(sent, windows, (some, times) => {
    const records = some.map((each) => ({ ...each, side: 'left' as const }))
    const twice = records.flatMap((each) => [each, { ...each, side: 'right' as const }])
    const model = new Model(twice, times, 'inner')
    const expected = records.map((_, at) => [...model.onArrival(2 * at), ...model.onArrival(2 * at + 1)])
    deepEqual(joinedWithItself('both', times, records), expected)
  })
  fc.assert(law, runs(100))
})

t.test('one store or two, a stream joined with itself is the same', async () => {
  const law = fc.property(sent, windows, (some, times) => {
    const records = some.filter(({ value }) => value !== null).map((each) => ({ ...each, side: 'left' as const }))
    deepEqual(joinedWithItself('one', times, records), joinedWithItself('both', times, records))
  })
  fc.assert(law, runs(100))
})
