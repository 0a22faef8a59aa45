import t from 'tap'
import type { Pass, RowResult } from '../../bench/measure/results.ts'
import { benchOptions } from '../../bench/options.ts'
import { compare, lossesFirst } from '../../bench/report/comparison.ts'
import { merged } from '../../bench/report/merged.ts'
import { nextDesign } from '../../bench/report/next-designs.ts'
import { isExceeded, limitsOf } from '../../bench/report/limits.ts'
import { markdown } from '../../bench/report/markdown.ts'
import type { Report } from '../../bench/report/report.ts'
import { geometricMean, spreadOf } from '../../bench/report/statistics.ts'
import { svg } from '../../bench/report/svg.ts'
import { slopeOf } from '../../bench/soak/soak.ts'
import { allRows } from '../../bench/rows/all-rows.ts'

const passes = (...figures: readonly number[]): readonly Pass[] =>
  figures.map((figure) => ({
    figure,
    wallMs: 1_000,
    others: {},
    memory: { peak: 300e6, anonymous: 200e6, file: 50e6 },
    longestStallMs: 12,
  }))

function row(name: string, goal: number | null, java: readonly number[], ours: readonly number[]): RowResult {
  return {
    name,
    title: `title of ${name}`,
    goal,
    unit: 'CPU-µs/record',
    records: 200_000,
    digest: '10 records, abc',
    cell: { collector: 'Parallel' },
    cells: [],
    floor: [0.1, 0.2],
    sides: [
      { name: 'Kafka Streams', isJava: true, passes: passes(...java) },
      { name: 'Millrace', isJava: false, passes: passes(...ours) },
    ],
  }
}

t.test('a goal is reached by the median when no pair is under nine tenths of it', async (t) => {
  t.equal(compare(row('b1', 5, [10, 10, 10], [2, 2, 2])).verdict, 'reached')
  t.equal(compare(row('b1', 5, [10, 10, 9], [2, 2, 2])).verdict, 'reached', 'a pair at 0.9 of it')
  t.equal(compare(row('b1', 5, [10, 10, 8], [2, 2, 2])).verdict, 'short', 'a pair under that')
  t.equal(compare(row('b1', 5, [9.8, 9.8, 30], [2, 2, 2])).verdict, 'short', 'one good pair does not help')
  t.equal(compare(row('b1', null, [1], [2])).verdict, 'no goal')
})

t.test('pairs are compared one by one, and Java is compared with its best side', async (t) => {
  t.same(compare(row('b1', 5, [10, 30], [1, 10])).ratio, { median: 6.5, least: 3, greatest: 10 })
  const two = row('i2', 6, [100], [10])
  const quicker = { name: 'Kafka Streams, quicker', isJava: true, passes: passes(40) }
  const { java, ratio } = compare({ ...two, sides: [...two.sides, quicker] })
  t.same([java.side.name, ratio.median], ['Kafka Streams, quicker', 4])
})

t.test('what is short of its goal comes first, the shortest before all', async (t) => {
  const rows = [row('a1', 3, [9], [1]), row('b1', 5, [4], [1]), row('b2', 9, [2], [1])].map(compare)
  t.same(
    lossesFirst(rows).map(({ row: { name } }) => name),
    ['b2', 'b1', 'a1'],
  )
})

t.test('the page names losses before gains, voids before both, and what the figures were taken on', async (t) => {
  const rows = [row('a1', 3, [9], [1]), row('b1', 5, [4], [8])].map(compare)
  const page = markdown(report(rows), 'images/chart.svg')
  const order = [
    '## Void',
    '## Short of the goal',
    '| b1 |',
    '## Reached',
    '| a1 |',
    '## Limits',
    '### b1',
    '## Machine',
    '## Method',
  ]
  const places = order.map((text) => page.indexOf(text))
  t.ok(!places.includes(-1), JSON.stringify(places))
  t.same(
    places.toSorted((left, right) => left - right),
    places,
  )
  t.match(page, '- c1: the outputs differ', 'a reason is one line')
  t.match(page, '**0.5** (0.5 … 0.5) | 5 |')
  t.match(page, '2 × some processor')
  t.match(page, 'ParallelGC')
  const trial = markdown({ ...report(rows), plan: { ...report(rows).plan, records: 1_000 } }, 'images/chart.svg')
  t.match(trial, 'a trial')
  t.notMatch(page, 'a trial')
})

t.test('limits that are exceeded come first: absolute ones, multiples of another row, memory and stalls', async (t) => {
  const base = row('b1', 5, [9], [2])
  const more = { ...row('b1-second', null, [10], [3]), factor: { of: 'b1', most: 1.3 }, mostMemory: 300 }
  const slow = { ...row('j2', 4, [100], [30]), most: 25 }
  const limits = limitsOf([base, more, slow].map(compare))
  t.same(
    limits.map((limit) => [limit.row, limit.figure, limit.most, isExceeded(limit)]),
    [
      ['j2', 30, 25, true],
      ['b1-second', 1.5, 1.3, true],
      ['b1-second', 200, 300, false],
      ['b1', 12, 50, false],
      ['b1-second', 12, 50, false],
      ['j2', 12, 50, false],
    ].toSorted((left, right) => Number(right[1]) / Number(right[2]) - Number(left[1]) / Number(left[2])),
  )
  t.match(markdown(report([base, more, slow].map(compare)), 'chart.svg'), '2 of 7 are exceeded')
})

t.test('a row that is short of its goal has its next design', async (t) => {
  t.match(markdown(report([row('b1', 5, [4], [8])].map(compare)), 'chart.svg'), '- **b1**: Each record is looked up twice')
  for (const { name, goal } of allRows)
    if (goal !== null && /^([a-f]\d*|i\d)$/.test(name)) t.ok(nextDesign(name), `${name} has one`)
  t.equal(nextDesign('i2-default'), nextDesign('i2'), 'a form of a row has that of the row')
})

t.test('reports of several runs are one: of a row the last run counts', async (t) => {
  const first = report([row('a1', 3, [9], [1]), row('b1', 5, [4], [8])].map(compare))
  const second = { ...report([row('c1', 6, [9], [1]), row('b1', 5, [4], [1])].map(compare)), voids: [], command: 'again' }
  const both = merged([first, second])
  t.same(
    both.rows.map(({ row: { name }, ratio }) => [name, ratio.median]),
    [
      ['a1', 9],
      ['c1', 9],
      ['b1', 4],
    ],
  )
  t.same([both.voids, both.command, both.soaks.length], [[], 'npm run bench`, `again', 1], 'c1 was void before')
})

t.test('the chart has a bar for each row, on both sides of 1', async (t) => {
  const chart = svg([row('a1', 3, [9], [1]), row('b1', 5, [4], [8]), row('l', null, [1], [1])].map(compare))
  t.equal(chart.match(/<rect x=/g)?.length, 3)
  t.notMatch(chart, /NaN|undefined|Infinity/)
  t.match(chart, '9.00 of 3')
})

t.test('statistics', async (t) => {
  t.same(spreadOf([3, 1, 2]), { median: 2, least: 1, greatest: 3 })
  t.same(spreadOf([1, NaN, 2]), { median: 1.5, least: 1, greatest: 2 })
  t.same(spreadOf([]), { median: NaN, least: NaN, greatest: NaN })
  t.equal(geometricMean([2, 8]), 4)
})

t.test('a slope is that of the last four fifths', async (t) => {
  const samples = Array.from({ length: 50 }, (_, minute) => ({ minute, anonymousMb: minute < 10 ? 1_000 : 100 + 0.25 * minute }))
  t.ok(Math.abs(slopeOf(samples) - 0.25) < 1e-9)
})

t.test('the command line chooses rows and passes, and refuses what it does not know', async (t) => {
  const quick = benchOptions([], allRows)
  t.same([quick.plan.pairs, quick.plan.records, quick.report], [1, null, 'temp/bench'])
  t.notOk(
    quick.rows.some(({ name }) => name === 'i2-default'),
    'a row that has no size in this suite is left out',
  )
  t.equal(benchOptions(['--suite', 'full'], allRows).rows.length, allRows.length)
  const both = benchOptions(['--only', 'b1,i1', '--data', 'second', '--suite', 'full'], allRows).rows
  t.same(
    both.map(({ name, records }) => [name, records.full]),
    [
      ['b1', 1_500_000],
      ['b1-second', 1_500_000],
    ],
    'rows that read an input, with both data sets',
  )
  const chosen = benchOptions(
    ['--only', 'b1,e2', '--pairs', '7', '--records', '1000', '--connections', 'socket,kafkajs'],
    allRows,
  )
  t.same(
    [chosen.rows.map(({ name }) => name), chosen.plan.pairs, chosen.plan.records, chosen.plan.connections],
    [['b1', 'e2'], 7, 1_000, ['socket', 'kafkajs']],
  )
  const soaks = benchOptions(['--slope-minutes', '2'], allRows)
  t.same([soaks.rows.length, soaks.slopeMinutes, soaks.churnMinutes], [0, 2, null], 'minutes alone measure no rows')
  for (const args of [
    ['--only', 'zz'],
    ['--suite', 'slow'],
    ['--connections', 'x'],
    ['--data', 'third'],
    ['--pairs', '0'],
    ['--records', 'many'],
  ])
    t.throws(() => benchOptions(args, allRows), TypeError, args.join(' '))
})

function report(rows: Report['rows']): Report {
  return {
    machine: {
      processors: '2 × some processor',
      memory: '24 GB',
      kernel: '6.1',
      node: 'v24',
      java: 'some JVM',
      kafka: '4.4.0',
      load: '0.1',
      taken: '2026-11-28T10:00',
    },
    plan: { suite: 'quick', pairs: 1, warmUps: 1, records: null, profile: null, connections: ['socket'] },
    command: 'npm run bench',
    rows,
    soaks: [
      { limit: { row: 'slope-b3', what: 'slope', unit: 'MB/min', figure: 0.1, most: 0.5, java: null }, minutes: 1, samples: [] },
    ],
    voids: [{ name: 'c1', reason: 'the outputs\n  differ' }],
  }
}
