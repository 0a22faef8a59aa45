import t from 'tap'
import { show } from './report.ts'
import { judge } from './run-scenario.ts'
import { outOfScope } from './scope.ts'
import { familyOf, scenarioFiles, scenariosOf, vectorsFolder } from './vectors.ts'

for (const file of scenarioFiles(vectorsFolder)) {
  const scenarios = scenariosOf(file).filter((scenario) => outOfScope(scenario) === undefined)
  if (scenarios.length === 0) continue
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
