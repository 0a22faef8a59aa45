import { readFileSync } from 'node:fs'
import t from 'tap'
import { show } from '../conformance/report.ts'
import { judge } from '../conformance/run-scenario.ts'
import type { Scenario } from '../conformance/scenario/scenario.ts'

/** More of the oracle's answers: large random shapes, whose order shows how Java's hash sets grow, and shared repartitions. */
const shapes = new URL('../fixtures/dsl-vectors.jsonl', import.meta.url)
const lines = readFileSync(shapes, 'utf8').split('\n')
const scenarios = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Scenario)

t.test(`${scenarios.length} topologies are described as in Java`, async (t) => {
  for (const scenario of scenarios) {
    const verdict = judge(scenario)
    t.same(verdict.kind === 'wrong' ? verdict.differences.map(show) : verdict.kind, 'passed', scenario.id)
  }
})
