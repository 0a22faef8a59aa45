import t from 'tap'
import { show } from './report.ts'
import { judge } from './run-scenario.ts'
import { familyOf, scenarioFiles, scenariosOf, vectorsFolder } from './vectors.ts'

for (const file of scenarioFiles(vectorsFolder)) {
  const scenarios = [...scenariosOf(file)]
  // One point a family: `npm run conformance` counts the scenarios.
  t.test(familyOf(file), async (t) => {
    const failed = scenarios.flatMap((scenario) => {
      const verdict = judge(scenario)
      if (verdict.kind === 'passed') return []
      return [{ id: scenario.id, verdict: verdict.kind === 'wrong' ? verdict.differences.map(show) : verdict.reason }]
    })
    t.same(failed, [], `${scenarios.length} scenarios`)
  })
}
