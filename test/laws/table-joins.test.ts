import { deepEqual, ok } from 'node:assert/strict'
import fc from 'fast-check'
import { Serdes, StreamsBuilder, topic, type KTable } from 'millrace'
import { TopologyTestDriver } from 'millrace/testing'
import t from 'tap'
import { runs } from './runs.ts'

// Joins of tables: after every update the result is the join of the rows that there are.

const text = (name: string) => topic(name, { key: Serdes.string, value: Serdes.string })
const [lefts, rights, out] = [text('left'), text('right'), text('out')]

interface Update {
  readonly side: 'left' | 'right'
  readonly key: string
  readonly value: string | null
  readonly timestamp: number
}

interface Row {
  readonly value: string
  readonly timestamp: number
}

type Kind = 'inner' | 'left' | 'outer'
type Table = ReadonlyMap<string, Row>

const joiner = (left: string | null, right: string | null): string => `${left}+${right}`

/** Calls `check` after each update with both tables and with what came out. */
function follow(
  join: (left: KTable<string, string>, right: KTable<string, string>) => KTable<string, string>,
  config: { readonly cacheMaxBytes: number; readonly partitions?: number },
  updates: readonly Update[],
  check: (step: Step) => void,
): void {
  const builder = new StreamsBuilder()
  join(builder.table(lefts), builder.table(rights)).toStream().to(out)
  using driver = new TopologyTestDriver(builder.build(), config)
  const inputs = { left: driver.createInputTopic(lefts), right: driver.createInputTopic(rights) }
  const output = driver.createOutputTopic(out)
  const tables = { left: new Map<string, Row>(), right: new Map<string, Row>() }
  const results = new Map<string, string>()
  for (const update of updates) {
    const { side, key, value, timestamp } = update
    inputs[side].pipeInput({ key, value: value as string, timestamp })
    if (value === null) tables[side].delete(key)
    else tables[side].set(key, { value, timestamp })
    const changes = output.readRecords()
    for (const change of changes) apply(results, change)
    check({ update, left: tables.left, right: tables.right, changes, results })
  }
}

interface Change {
  readonly key: string
  readonly value: string | null
  readonly timestamp: number
}

interface Step {
  readonly update: Update
  readonly left: Table
  readonly right: Table
  readonly changes: readonly Change[]
  /** What all changes so far make of it. */
  readonly results: ReadonlyMap<string, string>
}

function apply(results: Map<string, string>, { key, value }: Change): void {
  if (value === null) results.delete(key)
  else results.set(key, value)
}

const sorted = (rows: Iterable<readonly [string, string]>): [string, string][] =>
  [...rows].map(([key, value]): [string, string] => [key, value]).toSorted(([one], [other]) => (one < other ? -1 : 1))

/** Keys with a row on each side that the kind of join requires. */
function joinByKey(kind: Kind, left: Table, right: Table): [string, string][] {
  return [...new Set([...left.keys(), ...right.keys()])]
    .filter((key) => (kind === 'outer' || left.has(key)) && (kind !== 'inner' || right.has(key)))
    .map((key) => [key, joiner(left.get(key)?.value ?? null, right.get(key)?.value ?? null)])
}

const kinds = {
  inner: (left: KTable<string, string>, right: KTable<string, string>) => left.join(right, joiner),
  left: (left: KTable<string, string>, right: KTable<string, string>) => left.leftJoin(right, joiner),
  outer: (left: KTable<string, string>, right: KTable<string, string>) => left.outerJoin(right, joiner),
}

const side = fc.constantFrom<Update['side']>('left', 'right')
const timestamp = fc.nat(99)
const value = fc.option(fc.constantFrom('1', '2', '3'), { freq: 3, nil: null })
const updates = fc.array(fc.record({ side, key: fc.constantFrom('a', 'b', 'c'), value, timestamp }), {
  maxLength: 40,
  size: 'medium',
})

for (const kind of ['inner', 'left', 'outer'] as const)
  for (const cacheMaxBytes of [0, 1_000_000])
    t.test(`${kind} join of tables: the results are the join of the rows (cache ${cacheMaxBytes})`, async () => {
      const law = fc.property(updates, (all) =>
        follow(kinds[kind], { cacheMaxBytes }, all, ({ update, left, right, changes, results }) => {
          deepEqual(sorted(results), sorted(joinByKey(kind, left, right)))
          ok(
            changes.every(({ key }) => key === update.key),
            'an update changes the result of its key only',
          )
          const other = (update.side === 'left' ? right : left).get(update.key)?.timestamp ?? 0
          for (const change of changes) deepEqual(change.timestamp, Math.max(update.timestamp, other), 'the later time of both')
        }),
      )
      fc.assert(law, runs(100))
    })

/** Rows of the left table name the row of the right one that they refer to: `a`, or nothing. */
function joinByForeignKey(kind: 'inner' | 'left', left: Table, right: Table): [string, string][] {
  return [...left].flatMap(([key, { value }]): [string, string][] => {
    const referred = right.get(foreignKey(value) ?? '')?.value ?? null
    return kind === 'inner' && referred === null ? [] : [[key, joiner(value, referred)]]
  })
}

/** `a7` refers to `a`, `-7` to nothing. */
function foreignKey(value: string): string | null {
  return value.startsWith('-') ? null : value.charAt(0)
}

const foreignKinds = {
  inner: (left: KTable<string, string>, right: KTable<string, string>) => left.join(right, foreignKey, joiner),
  left: (left: KTable<string, string>, right: KTable<string, string>) => left.leftJoin(right, foreignKey, joiner),
}

const reference = fc.constantFrom('a1', 'a2', 'b1', 'b2', 'x1', '-1', '-2')
const foreignUpdates: fc.Arbitrary<Update[]> = fc.array(
  fc.oneof(
    fc.record({
      side: fc.constant('left' as const),
      key: fc.constantFrom('k', 'l', 'm'),
      value: fc.option(reference, { freq: 4 }),
      timestamp,
    }),
    fc.record({ side: fc.constant('right' as const), key: fc.constantFrom('a', 'b', 'c'), value, timestamp }),
  ),
  { maxLength: 40, size: 'medium' },
)

for (const kind of ['inner', 'left'] as const)
  for (const [cacheMaxBytes, partitions] of [
    [0, 1],
    [1_000_000, 1],
    [0, 3],
  ] as const)
    t.test(
      `${kind} join by foreign key: the results are the join of the rows (cache ${cacheMaxBytes}, partitions ${partitions})`,
      async () => {
        const law = fc.property(foreignUpdates, (all) =>
          follow(foreignKinds[kind], { cacheMaxBytes, partitions }, all, ({ update, left, right, changes, results }) => {
            deepEqual(sorted(results), sorted(joinByForeignKey(kind, left, right)))
            const touched = update.side === 'left' ? [update.key] : referring(left, update.key)
            ok(
              changes.every(({ key }) => touched.includes(key)),
              'an update changes the results of its row, or of those that refer to it',
            )
          }),
        )
        fc.assert(law, runs(100))
      },
    )

function referring(left: Table, key: string): string[] {
  return [...left].filter(([, row]) => foreignKey(row.value) === key).map(([leftKey]) => leftKey)
}
