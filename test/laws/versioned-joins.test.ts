import { deepEqual } from 'node:assert/strict'
import fc from 'fast-check'
import { nullable, Serdes, StreamsBuilder, topic, versionedKeyValueStore, type KTable } from 'millrace'
import { TopologyTestDriver } from 'millrace/testing'
import t from 'tap'
import { runs } from './runs.ts'

// A versioned table is what its updates say by time, not in the order in which they come; a stream meets the row of its time.

const streamed = topic('stream', { key: nullable(Serdes.string), value: nullable(Serdes.string) })
const text = (name: string) => topic(name, { key: Serdes.string, value: Serdes.string })
const [rows, lefts, rights] = [text('table'), text('left'), text('right')]
const out = topic('out', { key: nullable(Serdes.string), value: nullable(Serdes.string) })

interface Row {
  readonly key: string
  readonly value: string | null
  readonly time: number
}

const joiner = (left: string | null, right: string | null): string => `${left}+${right}`

/** All updates of a table, in the order in which they came. */
class Table {
  readonly #versions: 'kept' | 'none'
  readonly #historyMs: number
  #updates: Row[] = []
  #newest = -1

  constructor(versions: 'kept' | 'none', historyMs = Infinity) {
    this.#versions = versions
    this.#historyMs = historyMs
  }

  update(row: Row): void {
    if (row.time < this.#newest - this.#historyMs) return
    this.#newest = Math.max(this.#newest, row.time)
    this.#updates.push(row)
  }

  /** The last update of the key, or the one with the greatest time up to then; of equal times the last. */
  #last(key: string, until = Infinity): Row | undefined {
    const own = this.#updates.filter((row) => row.key === key && row.time <= until)
    if (this.#versions === 'none') return own.at(-1)
    const latest = Math.max(...own.map(({ time }) => time))
    return own.findLast(({ time }) => time === latest)
  }

  get(key: string): string | null {
    return this.#last(key)?.value ?? null
  }

  /** What is older than the history is not known, unless it is still so. */
  asOf(key: string, time: number): string | null {
    const row = this.#last(key, time)
    const isKnown = time >= this.#newest - this.#historyMs || row === this.#last(key)
    return isKnown ? (row?.value ?? null) : null
  }

  entries(): [string, string][] {
    const keys = [...new Set(this.#updates.map(({ key }) => key))]
    return keys.flatMap((key): [string, string][] => {
      const value = this.get(key)
      return value === null ? [] : [[key, value]]
    })
  }
}

interface Input {
  readonly to: 'stream' | 'table'
  readonly key: string | null
  readonly value: string | null
  readonly time: number
}

interface StreamJoin {
  readonly kind: 'inner' | 'left'
  readonly graceMs: number | undefined
  readonly historyMs: number
}

type Result = readonly [key: string | null, value: string | null, time: number]

function runStreamJoin({ kind, graceMs, historyMs }: StreamJoin, inputs: readonly Input[]): Result[][] {
  const builder = new StreamsBuilder()
  const table = builder.table(rows, {
    store: versionedKeyValueStore('rows', { historyRetentionMs: historyMs, segmentIntervalMs: 7 }),
  })
  const [stream, how] = [builder.stream(streamed), graceMs === undefined ? {} : { graceMs }]
  const joined = kind === 'inner' ? stream.join(table, joiner, how) : stream.leftJoin(table, joiner, how)
  joined.to(out)
  using driver = new TopologyTestDriver(builder.build())
  const [toStream, toTable] = [driver.createInputTopic(streamed), driver.createInputTopic(rows)]
  const output = driver.createOutputTopic(out)
  return inputs.map(({ to, key, value, time: timestamp }) => {
    if (to === 'stream') toStream.pipeInput({ key, value, timestamp })
    else toTable.pipeInput({ key: key as string, value: value as string, timestamp })
    return output.readRecords().map((record): Result => [record.key, record.value, record.timestamp])
  })
}

function expectedStreamJoin({ kind, graceMs, historyMs }: StreamJoin, inputs: readonly Input[]): Result[][] {
  const table = new Table('kept', historyMs)
  let waiting: Row[] = []
  let newest = -1
  const joined = (key: string | null, value: string, time: number): Result[] => {
    const row = key === null ? null : table.asOf(key, time)
    return row === null && kind === 'inner' ? [] : [[key, joiner(value, row), time]]
  }
  return inputs.map(({ to, key, value, time }) => {
    if (to === 'table') table.update({ key: key as string, value, time })
    if (to === 'table' || value === null) return []
    if (graceMs === undefined || key === null || time < newest - graceMs) return joined(key, value, time)
    newest = Math.max(newest, time)
    waiting = [...waiting, { key, value, time }].sort(
      (one, other) => one.time - other.time || (one.key < other.key ? -1 : Number(one.key > other.key)),
    )
    const due = waiting.filter((row) => row.time <= newest - graceMs)
    waiting = waiting.filter((row) => row.time > newest - graceMs)
    return due.flatMap((row) => joined(row.key, row.value as string, row.time))
  })
}

const key = fc.constantFrom('a', 'b', 'c')
const value = fc.option(fc.constantFrom('1', '2', '3'), { freq: 3, nil: null })
const time = fc.nat(60)
const inputs = fc
  .array(fc.record({ to: fc.constantFrom('stream' as const, 'table' as const), key: fc.option(key, { freq: 9 }), value, time }), {
    maxLength: 40,
    size: 'medium',
  })
  .map((all) => all.filter(({ to, key }) => to === 'stream' || key !== null))
const streamJoin: fc.Arbitrary<StreamJoin> = fc.record({
  kind: fc.constantFrom('inner' as const, 'left' as const),
  graceMs: fc.constantFrom(undefined, 0, 3, 15),
  historyMs: fc.constantFrom(15, 25, 1_000),
})

t.test('a stream joined with a versioned table meets the row of its time, at once or after the grace', async () => {
  const law = fc.property(streamJoin, inputs, (join, all) => deepEqual(runStreamJoin(join, all), expectedStreamJoin(join, all)))
  fc.assert(law, runs(300))
})

type Kind = 'inner' | 'left' | 'outer' | 'inner by foreign key' | 'left by foreign key'

interface TableJoin {
  readonly kind: Kind
  readonly left: 'kept' | 'none'
  readonly right: 'kept' | 'none'
}

type Tables = readonly [left: KTable<string, string>, right: KTable<string, string>]

/** `a7` refers to `a`. */
const foreignKey = (value: string): string => value.charAt(0)

const tableJoins: Readonly<Record<Kind, (...tables: Tables) => KTable<string, string>>> = {
  inner: (left, right) => left.join(right, joiner),
  left: (left, right) => left.leftJoin(right, joiner),
  outer: (left, right) => left.outerJoin(right, joiner),
  'inner by foreign key': (left, right) => left.join(right, foreignKey, joiner),
  'left by foreign key': (left, right) => left.leftJoin(right, foreignKey, joiner),
}

function joinRows(kind: Kind, left: Table, right: Table): [string, string][] {
  const isForeign = kind.endsWith('foreign key')
  const fromLeft = left.entries().flatMap(([key, value]): [string, string][] => {
    const other = right.get(isForeign ? foreignKey(value) : key)
    return other === null && kind.startsWith('inner') ? [] : [[key, joiner(value, other)]]
  })
  const onlyRight = kind === 'outer' ? right.entries().filter(([key]) => left.get(key) === null) : []
  return [...fromLeft, ...onlyRight.map(([key, value]): [string, string] => [key, joiner(null, value)])]
}

interface Update extends Row {
  readonly side: 'left' | 'right'
}

function followTableJoin(join: TableJoin, updates: readonly Update[]): void {
  const builder = new StreamsBuilder()
  const store = (name: string, versions: 'kept' | 'none') =>
    versions === 'none'
      ? undefined
      : versionedKeyValueStore<string, string>(name, { historyRetentionMs: 25, segmentIntervalMs: 7 })
  const tables = [
    builder.table(lefts, { store: store('l', join.left) }),
    builder.table(rights, { store: store('r', join.right) }),
  ] as const
  tableJoins[join.kind](...tables)
    .toStream()
    .to(out)
  using driver = new TopologyTestDriver(builder.build())
  const sides = { left: driver.createInputTopic(lefts), right: driver.createInputTopic(rights) }
  const output = driver.createOutputTopic(out)
  const models = { left: tableOf(join.left), right: tableOf(join.right) }
  const results = new Map<string, string>()
  for (const { side, ...row } of updates) {
    sides[side].pipeInput({ key: row.key, value: row.value as string, timestamp: row.time })
    models[side].update(row)
    for (const { key, value } of output.readRecords())
      if (value === null) results.delete(key as string)
      else results.set(key as string, value)
    const expected = joinRows(join.kind, models.left, models.right)
    deepEqual(Object.fromEntries(results), Object.fromEntries(expected))
  }
}

function tableOf(versions: 'kept' | 'none'): Table {
  return new Table(versions, versions === 'kept' ? 25 : Infinity)
}

const updates = fc.array(
  fc.oneof(
    fc.record({
      side: fc.constant('left' as const),
      key,
      value: fc.option(fc.constantFrom('a1', 'a2', 'b1', 'x1'), { freq: 3, nil: null }),
      time,
    }),
    fc.record({ side: fc.constant('right' as const), key, value, time }),
  ),
  { maxLength: 40, size: 'medium' },
)
const versions = fc.constantFrom('kept' as const, 'none' as const)
const tableJoin: fc.Arbitrary<TableJoin> = fc.record({
  kind: fc.constantFrom<Kind>('inner', 'left', 'outer', 'inner by foreign key', 'left by foreign key'),
  left: versions,
  right: versions,
})

t.test('joins of tables, versioned or not: the results are the join of the rows that are the latest', async () => {
  const law = fc.property(tableJoin, updates, (join, all) => followTableJoin(join, all))
  fc.assert(law, runs(300))
})
