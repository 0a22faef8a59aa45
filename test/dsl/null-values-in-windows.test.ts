import t from 'tap'
import { nullable, Serdes, SessionWindows, SlidingWindows, StreamsBuilder, TimeWindows, topic, UnlimitedWindows } from 'millrace'
import type { KGroupedStream, KStream, KTable, Windowed } from 'millrace'
import { TopologyTestDriver, type TopologyTestDriverConfig } from 'millrace/testing'

const input = topic('in', { key: nullable(Serdes.string), value: nullable(Serdes.string) })
const output = topic('out', { key: Serdes.string, value: Serdes.string })
const serdes = { key: Serdes.string, value: Serdes.string }

type Grouped = KGroupedStream<string, string | null>
type Fold = (grouped: Grouped) => KTable<Windowed<string>, number | string>

const add = (all: string, value: string | null): string => all + value
const reduced = add as (all: string, value: string | null) => string

const folds: Readonly<Record<string, Fold>> = {
  'a count in time windows': (grouped) => grouped.windowedBy(TimeWindows.of({ sizeMs: 10 })).count(),
  'a reduction in hopping windows': (grouped) =>
    grouped.windowedBy(TimeWindows.of({ sizeMs: 10, advanceMs: 10 })).reduce(reduced, serdes as never),
  'an aggregate in unlimited windows': (grouped) => grouped.windowedBy(UnlimitedWindows.of()).aggregate(() => '', add, serdes),
  'an aggregate in sliding windows': (grouped) =>
    grouped.windowedBy(SlidingWindows.of({ differenceMs: 10 })).aggregate(() => '', add, serdes),
  'a count in sessions': (grouped) => grouped.windowedBy(SessionWindows.of({ gapMs: 10 })).count(),
  'a reduction in sessions': (grouped) => grouped.windowedBy(SessionWindows.of({ gapMs: 10 })).reduce(reduced, serdes as never),
  'a cogroup in time windows': (grouped) =>
    grouped
      .cogroup(add)
      .windowedBy(TimeWindows.of({ sizeMs: 10 }))
      .aggregate(() => '', serdes),
  'a cogroup in sessions': (grouped) =>
    grouped
      .cogroup(add)
      .windowedBy(SessionWindows.of({ gapMs: 10 }))
      .aggregate(() => '', add, serdes),
}

/** The last value, and how many records were dropped. */
function run(fold: Fold, compatibility: 'safe' | 'java'): { readonly last: string | undefined; readonly dropped: number } {
  const builder = new StreamsBuilder()
  const grouped = (builder.stream(input) as unknown as KStream<string, string | null>).groupByKey({
    key: Serdes.string,
    value: nullable(Serdes.string),
  })
  fold(grouped)
    .toStream()
    .map((value, { key }) => ({ key, value: String(value) }))
    .to(output)
  const config: TopologyTestDriverConfig = { compatibility, cacheMaxBytes: 0 }
  using driver = new TopologyTestDriver(builder.build(), config)
  const piped = driver.createInputTopic(input)
  for (const [key, value] of [
    ['a', 'x'],
    ['a', null],
    [null, 'x'],
    [null, null],
    ['a', 'y'],
  ] as const)
    piped.pipeInput({ key, value, timestamp: 1 })
  const results = driver.createOutputTopic(output).readRecords()
  return { last: results.at(-1)?.value, dropped: dropped(driver) }
}

function dropped(driver: TopologyTestDriver): number {
  const counters = driver.metrics().filter(({ name }) => name === 'dropped-records')
  return counters.reduce((sum, counter) => sum + Number(counter.value()), 0)
}

for (const [name, fold] of Object.entries(folds))
  t.test(`${name} skips null keys and null values, and counts them as dropped`, async (t) => {
    t.match(run(fold, 'safe'), { last: name.includes('count') ? '2' : 'xy', dropped: 3 })
    const { last } = run(fold, 'java')
    if (name.includes('sliding')) t.equal(last, 'xy')
    else t.equal(last, name.includes('count') ? '3' : 'xnully', 'Java aggregates null values')
  })
