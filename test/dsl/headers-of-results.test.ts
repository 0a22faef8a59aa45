import t from 'tap'
import { JoinWindows, nullable, Serdes, SessionWindows, SlidingWindows, StreamsBuilder, TimeWindows, topic } from 'millrace'
import type { KTable, Windowed } from 'millrace'
import { TopologyTestDriver } from 'millrace/testing'

// What a record's headers say holds for what is made of it, and for nothing else.

const left = topic('left', { key: Serdes.string, value: Serdes.string })
const right = topic('right', { key: Serdes.string, value: Serdes.string })
const output = topic('out', { key: Serdes.string, value: nullable(Serdes.string) })

const trace = (id: string) => [{ key: 'trace', value: Buffer.from(id) }]

interface Sent {
  readonly to: typeof left
  readonly key: string
  readonly timestamp: number
}

/** Results as `key value`, with the traces that they carry. Each record's trace is `of-` and its key. */
function run(builder: StreamsBuilder, sent: readonly Sent[], compatibility: 'safe' | 'java'): string[] {
  using driver = new TopologyTestDriver(builder.build(), { compatibility, cacheMaxBytes: 0 })
  for (const { to, key, timestamp } of sent)
    driver.createInputTopic(to).pipeInput({ key, value: key, timestamp, headers: trace(`of-${key}`) })
  const results = driver.createOutputTopic(output).readRecords()
  return results.map(({ key, value, headers }) => `${key} ${value} ${headers.map((each) => Buffer.from(each.value!)).join()}`)
}

function outerJoin(): StreamsBuilder {
  const builder = new StreamsBuilder()
  builder
    .stream(left)
    .outerJoin(builder.stream(right), (one, other) => `${one}+${other}`, JoinWindows.of({ timeDifferenceMs: 10 }))
    .to(output)
  return builder
}

for (const noticedBy of [left, right])
  t.test(`an unmatched result has no headers of the record of the ${noticedBy.name} side that moved time`, async (t) => {
    const sent = [
      { to: left, key: 'alice', timestamp: 0 },
      { to: right, key: 'carol', timestamp: 1 },
      { to: noticedBy, key: 'bob', timestamp: 100 },
    ]
    t.strictSame(run(outerJoin(), sent, 'safe'), ['alice alice+null ', 'carol null+carol '])
    t.strictSame(run(outerJoin(), sent, 'java'), ['alice alice+null of-bob', 'carol null+carol of-bob'])
  })

t.test(
  'a record that is unmatched at once keeps its own headers, and a match has those of the record that came last',
  async (t) => {
    const sent = [
      { to: left, key: 'alice', timestamp: 100 },
      { to: right, key: 'bob', timestamp: 50 },
      { to: right, key: 'alice', timestamp: 100 },
    ]
    t.strictSame(run(outerJoin(), sent, 'safe'), ['bob null+bob of-bob', 'alice alice+alice of-alice'])
  },
)

const windows: Readonly<Record<string, (builder: StreamsBuilder) => KTable<Windowed<string>, number>>> = {
  'time window': (builder) =>
    builder
      .stream(left)
      .groupByKey()
      .windowedBy(TimeWindows.of({ sizeMs: 10 }))
      .emitStrategy('on-window-close')
      .count({ store: { retentionMs: 1000 } }),
  'sliding window': (builder) =>
    builder
      .stream(left)
      .groupByKey()
      .windowedBy(SlidingWindows.of({ differenceMs: 10 }))
      .emitStrategy('on-window-close')
      .count({ store: { retentionMs: 1000 } }),
  session: (builder) =>
    builder
      .stream(left)
      .groupByKey()
      .windowedBy(SessionWindows.of({ gapMs: 10 }))
      .emitStrategy('on-window-close')
      .count({ store: { retentionMs: 1000 } }),
}

for (const [name, counted] of Object.entries(windows))
  t.test(`a ${name} that is emitted on close has no headers of the record that closed it`, async (t) => {
    const builder = new StreamsBuilder()
    counted(builder)
      .toStream()
      .map((count, { key }) => ({ key, value: String(count) }))
      .to(output)
    const sent = [
      { to: left, key: 'alice', timestamp: 20 },
      { to: left, key: 'bob', timestamp: 100 },
    ]
    t.strictSame(run(builder, sent, 'safe'), ['alice 1 '])
    t.strictSame(run(builder, sent, 'java'), ['alice 1 of-bob'])
  })
