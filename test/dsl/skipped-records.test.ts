import t from 'tap'
import {
  JoinWindows,
  nullable,
  Serdes,
  SessionWindows,
  SlidingWindows,
  StreamsBuilder,
  TimeWindows,
  topic,
  UnlimitedWindows,
  versionedKeyValueStore,
} from 'millrace'
import type { KStream, KTable } from 'millrace'
import { TopologyTestDriver } from 'millrace/testing'

// Whatever an operator leaves out on purpose is in the log, with the place, the reason and the times that explain it.

const serdes = { key: Serdes.string, value: Serdes.string }
const input = topic('in', { key: nullable(Serdes.string), value: nullable(Serdes.string) })
const other = topic('other', { key: nullable(Serdes.string), value: nullable(Serdes.string) })
const output = topic('out', serdes)

type Stream = KStream<string, string>
type Sent = readonly [to: 'in' | 'other', key: string | null, value: string | null, timestamp: number]

interface Case {
  build(builder: StreamsBuilder): void
  readonly sent: readonly Sent[]
  /** What the line says between the place and the numbers, and the numbers. */
  readonly says: string
}

const late: readonly Sent[] = [
  ['in', 'a', 'x', 26],
  ['in', 'a', 'y', 3],
]
const withoutKey: readonly Sent[] = [['in', null, 'x', 3]]
const withoutValue: readonly Sent[] = [['in', 'a', null, 3]]
const streamOf = (builder: StreamsBuilder): Stream => builder.stream(input) as unknown as Stream
const grouped = (builder: StreamsBuilder) => streamOf(builder).groupByKey(serdes)
const otherStream = (builder: StreamsBuilder): Stream => builder.stream(other) as unknown as Stream
const versionedTable = (builder: StreamsBuilder): KTable<string, string> =>
  builder.table(topic('in', { key: Serdes.string, value: Serdes.string }), {
    store: versionedKeyValueStore('versions', { historyRetentionMs: 20, ...serdes }),
  })
const plus = (one: unknown, two: unknown): string => `${String(one)}+${String(two)}`
const joined = JoinWindows.of({ timeDifferenceMs: 5, graceMs: 4 })

const closedAt = (bounds: string): string => `its window is closed (timestamp 3, ${bounds}, graceMs 5, streamTimeMs 26)`

const cases: Readonly<Record<string, Case>> = {
  'a time window': {
    build: (builder) =>
      void grouped(builder)
        .windowedBy(TimeWindows.of({ sizeMs: 10, graceMs: 5 }))
        .count(),
    sent: late,
    says: closedAt('windowStartMs 0, windowEndMs 10'),
  },
  'a hopping window': {
    build: (builder) =>
      void grouped(builder)
        .windowedBy(TimeWindows.of({ sizeMs: 10, advanceMs: 5, graceMs: 5 }))
        .count(),
    sent: late,
    says: closedAt('windowStartMs 0, windowEndMs 10'),
  },
  'a sliding window': {
    build: (builder) =>
      void grouped(builder)
        .windowedBy(SlidingWindows.of({ differenceMs: 10, graceMs: 5 }))
        .count(),
    sent: late,
    says: closedAt('windowStartMs 3, windowEndMs 13'),
  },
  'a session': {
    build: (builder) =>
      void grouped(builder)
        .windowedBy(SessionWindows.of({ gapMs: 10, graceMs: 5 }))
        .count(),
    sent: late,
    says: 'its session is closed (timestamp 3, sessionStartMs 3, sessionEndMs 3, gapMs 10, graceMs 5, streamTimeMs 26)',
  },
  'an unlimited window': {
    build: (builder) =>
      void grouped(builder)
        .windowedBy(UnlimitedWindows.of({ startMs: 10 }))
        .count(),
    sent: late,
    says: 'it is older than the start of the unlimited window (timestamp 3, windowStartMs 10)',
  },
  'a cogroup in windows': {
    build: (builder) =>
      void grouped(builder)
        .cogroup((all: string, value) => all + value)
        .windowedBy(TimeWindows.of({ sizeMs: 10, graceMs: 5 }))
        .aggregate(() => '', serdes),
    sent: late,
    says: closedAt('windowStartMs 0, windowEndMs 10'),
  },
  'the store of a stream join, a record later than all that it keeps': {
    build: (builder) => void streamOf(builder).join(otherStream(builder), plus, joined, serdes),
    sent: late,
    says: 'it is older than what the store retains (timestamp 3, retentionMs 15, streamTimeMs 26)',
  },
  'a count without key': {
    build: (builder) => void grouped(builder).count(),
    sent: withoutKey,
    says: 'it has no key (timestamp 3)',
  },
  'a reduction without value': {
    build: (builder) => void grouped(builder).reduce(plus),
    sent: withoutValue,
    says: 'it has no value (timestamp 3)',
  },
  'a session without value': {
    build: (builder) =>
      void grouped(builder)
        .windowedBy(SessionWindows.of({ gapMs: 1 }))
        .count(),
    sent: withoutValue,
    says: 'it has no value (timestamp 3)',
  },
  'a stream join without value': {
    build: (builder) => void streamOf(builder).join(otherStream(builder), plus, joined, serdes),
    sent: withoutValue,
    says: 'it has no value (timestamp 3)',
  },
  'a stream join without key': {
    build: (builder) => void streamOf(builder).join(otherStream(builder), plus, joined, serdes),
    sent: withoutKey,
    says: 'it has no key (timestamp 3)',
  },
  'a stream-table join without key': {
    build: (builder) => void streamOf(builder).join(builder.table(other) as unknown as KTable<string, string>, plus),
    sent: withoutKey,
    says: 'it has no key (timestamp 3)',
  },
  'a table without key': {
    build: (builder) => void streamOf(builder).toTable({ store: 'table', ...serdes }),
    sent: withoutKey,
    says: 'it has no key (timestamp 3)',
  },
  'a join of a versioned table, a late row': {
    build: (builder) => void versionedTable(builder).join(builder.table(other) as unknown as KTable<string, string>, plus),
    sent: [
      ['in', 'a', 'x', 26],
      ['in', 'a', 'y', 20],
    ],
    says: 'its table keeps versions, and has a newer one of this key (timestamp 20)',
  },
  'a grouping of a versioned table, a late row': {
    build: (builder) =>
      void versionedTable(builder)
        .groupBy((value) => ({ key: value, value }), serdes)
        .count(),
    sent: [
      ['in', 'a', 'x', 26],
      ['in', 'a', 'y', 20],
    ],
    says: 'its table keeps versions, and has a newer one of this key (timestamp 20)',
  },
  'a versioned store, a row older than its history': {
    build: (builder) => void versionedTable(builder),
    sent: late,
    says: 'it is older than what the store retains (timestamp 3, retentionMs 20, streamTimeMs 26)',
  },
  'a foreign-key join without foreign key': {
    build: (builder) =>
      void (builder.table(input) as unknown as KTable<string, string>).join(
        builder.table(other) as unknown as KTable<string, string>,
        () => null as unknown as string,
        plus,
        { store: 'rows', ...serdes },
      ),
    sent: [['in', 'a', 'x', 3]],
    says: 'its value has no foreign key (timestamp 3)',
  },
  'a sink whose partitioner chooses none': {
    build: (builder) => streamOf(builder).to(output, { partitioner: () => [] }),
    sent: [['in', 'a', 'x', 3]],
    says: 'its partitioner chose no partition (timestamp 3)',
  },
}

/** The lines of the log. */
function linesOf({ build, sent }: Case): string[] {
  const builder = new StreamsBuilder()
  build(builder)
  const lines: string[] = []
  const logger = { info: () => undefined, warn: (message: string) => void lines.push(message), error: () => undefined }
  using driver = new TopologyTestDriver(builder.build(), { logger })
  const inputs = { in: driver.createInputTopic(input), other: driver.createInputTopic(other) }
  for (const [to, key, value, timestamp] of sent) inputs[to].pipeInput({ key, value, timestamp })
  return lines
}

for (const [name, each] of Object.entries(cases))
  t.test(`${name}: what is skipped is logged`, async (t) => {
    const lines = linesOf(each)
    t.equal(lines.length, 1)
    t.match(lines[0], new RegExp(`skipped the record at in-0, offset ${each.sent.length - 1}, because `))
    t.equal(lines[0]?.split(' because ')[1], `${each.says}.`)
  })
