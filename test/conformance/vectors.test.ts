import t from 'tap'
import { show } from './report.ts'
import { judge } from './run-scenario.ts'
import { outOfScope } from './scope.ts'
import { familyOf, scenarioFiles, scenariosOf, vectorsFolder } from './vectors.ts'

for (const file of scenarioFiles(vectorsFolder)) {
  const scenarios = scenariosOf(file).filter((scenario) => outOfScope(scenario) === undefined)
  if (scenarios.length === 0) continue
  t.test(familyOf(file), async (t) => {
    for (const scenario of scenarios) {
      const verdict = judge(scenario)
      if (verdict.kind === 'passed') t.pass(scenario.id)
      else t.fail(scenario.id, { verdict: verdict.kind === 'wrong' ? verdict.differences.map(show) : verdict.reason })
    }
  })
}
