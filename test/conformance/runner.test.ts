import t from 'tap'
import { differences } from './compare.ts'
import { Report, type Verdict } from './report.ts'
import { judge } from './run-scenario.ts'
import type { Scenario } from './scenario/scenario.ts'

// The runner judges Millrace, so it is judged first: what differs from the vector must not pass.

const scenario: Scenario = {
  id: 'count',
  topics: { out: ['string', 'long'] },
  topo: [
    { op: 'stream', topic: 'in' },
    { op: 'groupByKey' },
    { op: 'count', mat: { name: 's' } },
    { op: 'toStream' },
    { op: 'to', topic: 'out' },
  ],
  in: [
    ['in', 'a', 'x', 1],
    ['in', null, 'x', 2],
  ],
  want: ['raw', 'stores'],
  out: [[['out', 'a', 1, 1]], []],
  raw: [[['app-s-changelog', '61', '0000000000000001', 1]], []],
  dropped: 1,
  produced: ['app-s-changelog', 'out'],
  stores: { s: [['a', 1, 1]] },
}

t.test('what equals the vector passes', async (t) => {
  t.same(judge(scenario), { kind: 'passed', deviations: [] })
})

t.test('a difference in any part is found', async (t) => {
  const wrong: Partial<Scenario>[] = [
    { out: [[['out', 'a', 2, 1]], []] },
    {
      out: [
        [
          ['out', 'a', 1, 1],
          ['out', 'a', 1, 1],
        ],
        [],
      ],
    },
    { out: [[['out', 'a', 1, 1]], [], []] },
    { raw: [[['app-s-changelog', '61', '0000000000000001', 2]], []] },
    { raw: [[], []] },
    { dropped: 0 },
    { produced: ['out'] },
    { stores: {} },
    { describe: 'Topologies:\n' },
    { throws: { class: 'StreamsException', at: 0 } },
  ]
  for (const part of wrong) t.equal(judge({ ...scenario, ...part }).kind, 'wrong', JSON.stringify(part))
})

t.test('a part that the runner does not know fails the scenario', async (t) => {
  const extended = { ...scenario, latency: 3 } as Scenario
  t.same(judge(extended).kind, 'wrong')
})

t.test('a scenario without the answers that it asks for fails', async (t) => {
  const { id, topics, topo } = scenario
  const asked: Scenario = { id, topics: topics!, topo: topo!, in: scenario.in!, want: ['raw', 'stores', 'describe', 'topics'] }
  const verdict = judge(asked)
  const parts = verdict.kind === 'wrong' ? verdict.differences.map(({ part }) => part) : []
  t.same(parts, ['describe', 'internalTopics', 'subtopologies', 'copartition', 'out', 'dropped', 'produced', 'raw', 'stores'])
  t.equal(judge({ id, topo: topo!, run: false }).kind, 'passed', 'it was built')
  t.equal(judge({ id, bytes: [{ op: 'murmur2', hex: '61' }] }).kind, 'wrong')
})

t.test('what Millrace or the runner lacks is unsupported', async (t) => {
  const topo = scenario.topo!
  for (const step of [
    { op: 'suppress', until: 'windowCloses' },
    { op: 'rotate' },
    { op: 'filter', pred: 'unheardOf' },
    { op: 'to', topic: 'out', compression: 'lz4' },
  ]) {
    const lacking = { ...scenario, topo: [topo[0]!, step] }
    t.equal(judge(lacking).kind, 'unsupported', step.op)
  }
  t.equal(judge({ ...scenario, config: { 'no.such.key': 2 } }).kind, 'unsupported', 'config')
})

t.test('an exception that Java does not throw is a difference', async (t) => {
  const throwing = { ...scenario, topo: [scenario.topo![0]!, { op: 'mapValues', fn: ['throwIf', 'x'] }] }
  const verdict = judge(throwing)
  t.equal(verdict.kind, 'wrong')
  t.match(verdict, {
    differences: [{ part: 'throws', actual: { class: 'StreamsException', root: { class: 'IllegalStateException' } } }],
  })
})

t.test('order matters within a topic, and not between topics', async (t) => {
  const rows = { one: ['one', 'k', 'a', 1], two: ['two', 'k', 'a', 1], late: ['one', 'k', 'b', 2] }
  const expected = { id: 'x', out: [[rows.one, rows.two, rows.late]] }
  t.same(differences(expected, { out: [[rows.two, rows.one, rows.late]] }), [])
  t.equal(differences(expected, { out: [[rows.late, rows.two, rows.one]] }).length, 1)
})

t.test('the report counts wrong and unsupported as failed', async (t) => {
  const report = new Report()
  report.add('family', { kind: 'passed', deviations: [] })
  report.add('family', { kind: 'wrong', differences: [] })
  report.add('family', { kind: 'unsupported', reason: 'because' })
  t.equal(report.lines().at(-1), '1 passed, 2 failed')
})

t.test('a deviation is expected, and nothing besides it', async (t) => {
  const crashing: Scenario = {
    id: 'x',
    config: { optimization: 'all' },
    topo: [
      { op: 'stream', topic: 'in' },
      { op: 'selectKey', fn: 'value' },
      { op: 'filter', pred: 'all', as: 'shared' },
      { op: 'groupByKey' },
      { op: 'count' },
      { op: 'groupByKey', from: 'shared' },
      { op: 'count' },
    ],
    in: [],
    throws: { class: 'StreamsException', at: 'build', message: 'Found a null keyChangingChild node for …' },
  }
  const names = (verdict: Verdict): string[] => (verdict.kind === 'passed' ? verdict.deviations.map(({ name }) => name) : [])
  t.same(names(judge(crashing)), ['groupings below a shared step are merged'])
  t.equal(judge({ ...crashing, dropped: 1 }).kind, 'wrong')
  t.equal(judge({ ...crashing, in: [['unread', 'k', 'a', 1]] }).kind, 'wrong', 'it throws for another reason')

  const size: Scenario = {
    id: 'x',
    config: { stores: 'rocks' },
    topo: [{ op: 'stream', topic: 'in' }, { op: 'groupByKey' }, { op: 'aggregate', fold: 'concat', mat: { name: 's' } }],
    in: [
      ['in', 'k', 'a', 1],
      ['in', 'k', 'b', 2],
      ['!store', 's', 'approximateNumEntries'],
    ],
    out: [[], [], [2]],
    dropped: 0,
    produced: ['app-s-changelog'],
  }
  t.same(names(judge(size)), ['approximateNumEntries is exact'])
  t.equal(judge({ ...size, out: [[], [2], [2]] }).kind, 'wrong')
})

t.test('more than a few deviations are too many', async (t) => {
  const report = new Report()
  const deviations = [{ name: 'n', kind: 'Java crashes', applies: () => true, expected: () => ({}) } as const]
  for (let passed = 0; passed < 200; passed++) report.add('family', { kind: 'passed', deviations: passed < 6 ? deviations : [] })
  t.notOk(report.hasTooManyDeviations)
  const lines = report.lines()
  for (const line of ['deviations (deviations.ts): 6 of the passed, 3.00 %', '  Java crashes', '       6  n'])
    t.ok(lines.includes(line), line)
  report.add('family', { kind: 'passed', deviations })
  t.ok(report.hasTooManyDeviations)
})
