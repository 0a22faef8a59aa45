import t from 'tap'
import {
  JoinWindows,
  Serdes,
  SessionWindows,
  SlidingWindows,
  StreamsBuilder,
  Suppressed,
  TimeWindows,
  topic,
  type Topology,
} from '../../lib/index.ts'

const text = { key: Serdes.string, value: Serdes.string }
const input = topic('in', text)
const numbers = { key: Serdes.string, value: Serdes.long }

// The lambdas of an application, each made once.
const isLong = (value: string): boolean => value.length > 3
const lengthOf = (value: string): number => value.length
const upper = (value: string): string => value.toUpperCase()
const swap = (value: string, key: string) => ({ key: value, value: key })
const twice = (value: string) => [value, value]
const swapTwice = (value: string, key: string) => [swap(value, key)]
const both = (left: string | null, right: string | null): string => `${left} ${right}`
const empty = (): string => ''
const choose = (value: string): string => value
const first = (): readonly number[] => [0]
const write = (): void => undefined
const extract = (): number => 0
const processor = () => ({ process: () => undefined })
const transformer = () => ({ transform: (value: string | null) => value })

/** Every operator once. */
function everything(builder = new StreamsBuilder()): Topology {
  const stream = builder.stream(input, { timestampExtractor: extract })
  const table = builder.table(topic('table', text), { store: 'table' })
  const other = builder.table(topic('other', text), { store: 'other' })
  const global = builder.globalTable(topic('global', text))
  stream.filter(isLong).filterNot(isLong).mapValues(upper).flatMapValues(twice).peek(write).foreach(write)
  stream.print({ write, format: both })
  stream.print()
  stream.map(swap).flatMap(swapTwice).to(input, { partitioner: first })
  stream.to({ topicName: choose, ...text })
  stream.process(processor)
  stream.split({ name: 'split-' }).branch(isLong).defaultBranch()
  stream.merge(builder.stream(topic('more', text))).repartition()
  stream.selectKey(upper).toTable({ store: 'toTable' })
  const grouped = stream.groupBy(upper, text)
  grouped.count({ store: 'count' })
  grouped.reduce(both)
  grouped.aggregate(empty, both, { value: Serdes.string }).toStream()
  const minutes = TimeWindows.of({ sizeMs: 60_000 })
  grouped.windowedBy(minutes).count().suppress(Suppressed.untilWindowCloses())
  grouped.windowedBy(minutes).reduce(both)
  grouped.windowedBy(SlidingWindows.of({ differenceMs: 5 })).aggregate(empty, both, { value: Serdes.string })
  grouped.windowedBy(SessionWindows.of({ gapMs: 5 })).count()
  grouped.windowedBy(SessionWindows.of({ gapMs: 5 })).reduce(both)
  stream.groupByKey().cogroup(both).aggregate(empty, text)
  const times = JoinWindows.of({ timeDifferenceMs: 5 })
  stream.join(stream, both, times)
  stream.outerJoin(builder.stream(topic('right', text)), both, times)
  stream.leftJoin(table, both)
  stream.join(global, upper, both)
  table.join(other, both)
  table.leftJoin(other, both).filter(isLong).mapValues(upper).outerJoin(other, both)
  table.join(other, upper, both, { partitioner: first, otherPartitioner: first })
  table.leftJoin(other, upper, both)
  table.transformValues(transformer).toStream()
  table.suppress(Suppressed.untilTimeLimit(5)).join(other, both)
  const groups = table.groupBy(swap, text)
  groups.count()
  groups.reduce(both, both)
  groups.aggregate(empty, both, both, { value: Serdes.string })
  builder.stream(topic('numbers', numbers)).mapValues(String).groupByKey({ value: Serdes.string }).count()
  stream.mapValues(lengthOf)
  return builder.build({ optimization: 'all' })
}

/** Serdes are the user's, or the library's as the user's. */
const isSerde = (value: object): boolean => 'serialize' in value

/** Calls `visit` with all that is in the value, and how it is reached. */
function walk(value: unknown, path: string, visit: (part: unknown, path: string) => void): void {
  visit(value, path)
  if (typeof value !== 'object' || value === null || isSerde(value)) return
  for (const [name, part] of Object.entries(value)) walk(part, `${path}.${name}`, visit)
}

function functionsOf(topology: Topology): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>()
  walk(topology.plan('app'), 'plan', (part, path) => {
    if (typeof part === 'function') found.set(path, part)
  })
  return found
}

t.test('a plan is frozen to the bottom', async (t) => {
  const open: string[] = []
  walk(everything().plan('app'), 'plan', (part, path) => {
    if (typeof part === 'object' && part !== null && !isSerde(part) && !Object.isFrozen(part)) open.push(path)
  })
  t.strictSame(open, [])
})

t.test("the functions of a plan are the user's, or the same ones in every plan: none keeps anything", async (t) => {
  const [one, two] = [functionsOf(everything()), functionsOf(everything())]
  t.strictSame([...one.keys()], [...two.keys()])
  t.ok(one.size > 60, `${one.size} functions`)
  t.strictSame(
    [...one].filter(([path, each]) => two.get(path) !== each).map(([path]) => path),
    [],
  )
})

t.test('building twice gives equal plans, and what is added later changes no topology', async (t) => {
  const builder = new StreamsBuilder()
  const topology = everything(builder)
  const before = JSON.stringify(topology.plan('app'))
  t.equal(JSON.stringify(builder.build({ optimization: 'all' }).plan('app')), before)
  const stream = builder.stream(input)
  stream.foreach(write)
  builder.build()
  t.equal(JSON.stringify(topology.plan('app')), before)
})
