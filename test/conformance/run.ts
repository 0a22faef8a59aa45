import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { Report, show, type Verdict } from './report.ts'
import { judge } from './run-scenario.ts'
import type { Scenario } from './scenario/scenario.ts'
import { familyOf, scenarioFiles, scenariosOf, vectorsFolder } from './vectors.ts'

const usage = `npm run conformance -- [options] [FILE|DIR…]

Runs scenarios of the oracle's format (*.jsonl, one a line, with what Java did) and compares every part of their results.
Without a path: the vectors of the project.

  --declarations on|off
                 off: everything is decoded and encoded again, whatever the operators declare
  --diff         shows the first difference of each part of what fails
  --id TEXT      only scenarios whose id contains the text; implies --diff
  --list         names what fails, one a line
`

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    declarations: { type: 'string', default: 'on' },
    diff: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    id: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

if (options.help) {
  process.stdout.write(usage)
  process.exit(0)
}

const { declarations } = options
if (declarations !== 'on' && declarations !== 'off') {
  process.stderr.write(`--declarations ${declarations} is unknown: say on or off.\n`)
  process.exit(2)
}

const missing = positionals.filter((path) => !existsSync(path))
if (missing.length > 0) {
  process.stderr.write(`There is no ${missing.join(', ')}.\n`)
  process.exit(2)
}

const paths = positionals.length === 0 ? [vectorsFolder] : positionals
const report = new Report()
for (const file of paths.flatMap(scenarioFiles)) for (const scenario of scenariosOf(file)) run(familyOf(file), scenario)
process.stdout.write(`${report.lines().join('\n')}\n`)
if (report.hasTooManyDeviations) process.stdout.write('Too many deviations: at most 3 % of the scenarios may differ.\n')
process.exitCode = report.failed === 0 && !report.hasTooManyDeviations ? 0 : 1

function run(family: string, scenario: Scenario): void {
  if (options.id !== undefined && !scenario.id.includes(options.id)) return
  const verdict = judge(scenario, { declarations: declarations as 'on' | 'off' })
  report.add(family, verdict)
  if (verdict.kind !== 'passed') print(scenario, verdict)
}

function print(scenario: Scenario, verdict: Verdict): void {
  const details = options.diff || options.id !== undefined
  if (!details && !options.list) return
  process.stdout.write(`${verdict.kind} ${scenario.id}${verdict.kind === 'unsupported' ? `: ${verdict.reason}` : ''}\n`)
  if (details && verdict.kind === 'wrong') process.stdout.write(`${verdict.differences.map(show).join('\n')}\n`)
}
