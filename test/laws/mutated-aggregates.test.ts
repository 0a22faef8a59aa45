import { deepEqual } from 'node:assert/strict'
import fc from 'fast-check'
import {
  Serdes,
  SessionWindows,
  SlidingWindows,
  StreamsBuilder,
  TimeWindows,
  topic,
  type KTable,
  type Topology,
  type Windowed,
} from 'millrace'
import { TopologyTestDriver } from 'millrace/testing'
import t from 'tap'
import { runs } from './runs.ts'

type List = string[]
/** How a user's lambda makes a list longer or shorter: the list itself, or a copy. */
type Fold = (list: List, value: string) => List

const lists = Serdes.json<List>()
const words = topic('words', { key: Serdes.string, value: Serdes.string })
const listed = topic('listed', { key: Serdes.string, value: lists })
const materialized = { key: Serdes.string, value: lists }

const inPlace = {
  push: (list: List, value: string): List => {
    list.push(value)
    return list
  },
  pull: (list: List, value: string): List => {
    list.splice(list.indexOf(value), 1)
    return list
  },
}

const copying = {
  push: (list: List, value: string): List => [...list, value],
  pull: (list: List, value: string): List => list.toSpliced(list.indexOf(value), 1),
}

type Lists = (builder: StreamsBuilder, push: Fold, pull: Fold) => KTable<string, List> | KTable<Windowed<string>, List>

/** Every operator that folds values into an aggregate. */
const operators: Readonly<Record<string, Lists>> = {
  aggregate: (builder, push) =>
    builder
      .stream(words)
      .groupByKey()
      .aggregate((): List => [], push, materialized),
  reduce: (builder, push) =>
    builder
      .stream(words)
      .mapValues((word) => [word])
      .groupByKey({ key: Serdes.string, value: lists })
      .reduce((list, [word]) => push(list, word!), materialized),
  'time windows': (builder, push) =>
    builder
      .stream(words)
      .groupByKey()
      .windowedBy(TimeWindows.of({ sizeMs: 10, advanceMs: 5, graceMs: 20 }))
      .aggregate((): List => [], push, materialized),
  'sliding windows': (builder, push) =>
    builder
      .stream(words)
      .groupByKey()
      .windowedBy(SlidingWindows.of({ differenceMs: 10, graceMs: 20 }))
      .aggregate((): List => [], push, materialized),
  sessions: (builder, push) =>
    builder
      .stream(words)
      .groupByKey()
      .windowedBy(SessionWindows.of({ gapMs: 10, graceMs: 20 }))
      .aggregate(
        (): List => [],
        push,
        (left, right) => left.reduceRight((all, word) => push(all, word), right),
        materialized,
      ),
  'grouped table': (builder, push, pull) =>
    builder
      .table(words)
      .groupBy((word) => ({ key: word, value: word }), { key: Serdes.string, value: Serdes.string })
      .aggregate((): List => [], push, pull, materialized),
  cogroup: (builder, push) =>
    builder
      .stream(words)
      .groupByKey()
      .cogroup<List>(push)
      .aggregate((): List => [], materialized),
}

/** The lists; what they are joined with; and, so that old values matter, how many there are of each length and content. */
function topology(operator: Lists, { push, pull }: { readonly push: Fold; readonly pull: Fold }): Topology {
  const builder = new StreamsBuilder()
  const table = operator(builder, push, pull) as KTable<unknown, List>
  const changes = table.toStream().map((value, key) => ({ key: JSON.stringify(key), value: value ?? [] }))
  changes.to(listed)
  const longest = table.mapValues((list) => [...list].sort())
  const both = table.leftJoin(longest, (list, sorted) => [...list, '|', ...(sorted ?? [])])
  both
    .toStream()
    .map((value, key) => ({ key: JSON.stringify(key), value: value ?? [] }))
    .to(topic('joined', listed))
  table
    .groupBy((list) => ({ key: String(list.length), value: list }), { key: Serdes.string, value: lists })
    .aggregate(
      (): List => [],
      (all, list) => push(all, list.join()),
      (all, list) => pull(all, list.join()),
      materialized,
    )
  return builder.build()
}

const record = fc.tuple(fc.constantFrom('a', 'b'), fc.constantFrom('x', 'y', 'z'), fc.nat(40))

function run(built: Topology, records: readonly (readonly [string, string, number])[], cacheMaxBytes: number) {
  const driver = new TopologyTestDriver(built, { cacheMaxBytes })
  const input = driver.createInputTopic(words)
  for (const [key, value, timestamp] of records) input.pipeInput({ key, value, timestamp })
  driver.close()
  const text = (bytes: Uint8Array | null): string | null => bytes && Buffer.from(bytes).toString('latin1')
  return driver.produced().map((each) => [each.topic, text(each.key), text(each.value), each.timestamp])
}

for (const [name, operator] of Object.entries(operators))
  t.test(`${name}: an aggregate that is changed in place is as good as a copy`, async () => {
    const law = fc.property(fc.array(record, { maxLength: 12 }), fc.constantFrom(0, 1_000_000), (records, cacheMaxBytes) => {
      const changed = run(topology(operator, inPlace), records, cacheMaxBytes)
      deepEqual(changed, run(topology(operator, copying), records, cacheMaxBytes))
    })
    fc.assert(law, runs(100))
  })
