import t from 'tap'
import { randomScenario } from './generator/random-scenario.ts'
import type { Scenario } from './scenario/scenario.ts'
import { shrink } from './shrink.ts'

const seeds = Array.from({ length: 400 }, (_, seed) => seed)

t.test('a seed gives one scenario, another seed another', async (t) => {
  t.strictSame(randomScenario('x', 7), randomScenario('x', 7))
  t.not(JSON.stringify(randomScenario('x', 7)), JSON.stringify(randomScenario('x', 8)))
})

t.test('names are given once, and steps work on what is there', async (t) => {
  for (const scenario of seeds.map((seed) => randomScenario('x', seed))) {
    const made = (scenario.topo ?? []).flatMap(({ as }) => (as === undefined ? [] : [String(as)]))
    t.equal(new Set(made).size, made.length)
    const used = (scenario.topo ?? []).flatMap(({ from, with: other }) => [from, other]).filter((name) => name !== undefined)
    const isBranch = (name: unknown): boolean => String(name).startsWith('sp')
    t.strictSame(
      used.filter((name) => !isBranch(name) && !made.includes(String(name))),
      [],
    )
  }
})

t.test('the grammar reaches the whole DSL', async (t) => {
  const operators = new Set(seeds.flatMap((seed) => (randomScenario('x', seed).topo ?? []).map(({ op }) => op)))
  const joins = ['join', 'leftJoin', 'outerJoin', 'merge', 'cogroup']
  const stateful = ['count', 'reduce', 'aggregate', 'windowedBy', 'emitStrategy', 'suppress', 'toTable', 'transformValues']
  const others = ['split', 'repartition', 'process', 'processValues', 'globalTable', 'flatMap', 'groupBy', 'groupByKey']
  for (const op of [...joins, ...stateful, ...others]) t.ok(operators.has(op), op)
})

t.test('some scenarios fail on purpose', async (t) => {
  const failing = seeds.map((seed) => JSON.stringify(randomScenario('x', seed))).filter((text) => text.includes('throwIf'))
  t.ok(failing.length > 10 && failing.length < 100, `${failing.length} of ${seeds.length}`)
})

t.test('what differs is made as small as it gets', async (t) => {
  const rows = ['a', 'b', 'c', 'd', 'e', 'f'].map((key) => ['in', key, 'v', 1] as const)
  const scenario: Scenario = {
    id: 'x',
    config: { cache: 1, stores: 'rocks' },
    topo: [{ op: 'stream' }, { op: 'peek' }],
    in: rows,
    want: ['raw'],
  }
  const differs = async ({ in: inputs = [], config = {} }: Scenario): Promise<boolean> =>
    ['b', 'e'].every((key) => inputs.some((row) => row[1] === key)) && config['stores'] === 'rocks'
  t.strictSame(await shrink(scenario, differs), {
    id: 'x',
    config: { stores: 'rocks' },
    topo: [],
    in: [rows[1], rows[4]],
    want: [],
  })
})
