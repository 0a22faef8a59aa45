import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openLmdbStorage } from 'millrace'
import { randomScenario } from './generator/random-scenario.ts'
import { JavaOracle } from './java-oracle.ts'
import { Report, show } from './report.ts'
import { judge } from './run-scenario.ts'
import type { JsonObject, Scenario } from './scenario/scenario.ts'
import { shrink } from './shrink.ts'
import { familyOf, scenarioFiles, scenariosOf } from './vectors.ts'

const usage = `npm run oracle -- --seed N --count N | --rerun FILE|DIR [--config NAME=VALUE …]

Asks Java what scenarios do, runs them on Millrace, and compares every part. Needs a program that answers scenarios
(one JSON line in, one out): --oracle COMMAND, or MILLRACE_ORACLE. Stores on disk are on LMDB.

  --seed N --count N     fresh random scenarios; the same seed gives the same ones
  --rerun PATH           scenarios that exist, asked again
  --config NAME=VALUE    with this config instead of their own; may be given several times
  --found FILE           appends what differs, made small, with Java's answer
`

const { values: options } = parseArgs({
  options: {
    seed: { type: 'string' },
    count: { type: 'string', default: '1000' },
    rerun: { type: 'string' },
    config: { type: 'string', multiple: true, default: [] },
    found: { type: 'string' },
    oracle: { type: 'string', default: process.env['MILLRACE_ORACLE'] ?? '' },
    help: { type: 'boolean', default: false },
  },
})

if (options.help || (options.seed === undefined && options.rerun === undefined)) {
  process.stdout.write(usage)
  process.exit(options.help ? 0 : 2)
}
for (const name of ['seed', 'count'] as const)
  if (options[name] !== undefined && !/^\d+$/.test(options[name])) {
    process.stderr.write(`--${name} takes a number, not ${options[name]}.\n`)
    process.exit(2)
  }
if (options.oracle === '') {
  process.stderr.write('NOTHING WAS COMPARED: there is no Java here. Give --oracle COMMAND, or set MILLRACE_ORACLE.\n')
  process.exit(2)
}

const java = new JavaOracle(options.oracle)
const dir = mkdtempSync(join(tmpdir(), 'millrace-oracle-'))
const disk = await openLmdbStorage(dir)
const report = new Report()
let errors = 0
try {
  for (const [family, scenarios] of families()) for (const batch of batches(scenarios, 50)) await compare(family, batch)
} finally {
  await java.close()
  rmSync(dir, { recursive: true, force: true })
}
if (errors > 0) process.stdout.write(`${errors} scenarios are in error: Java never ran them\n`)
process.stdout.write(`${report.lines().join('\n')}\n`)
process.exitCode = report.failed === 0 ? 0 : 1

function* families(): Iterable<readonly [string, Iterable<Scenario>]> {
  if (options.rerun === undefined) return yield ['random', fresh(Number(options.seed), Number(options.count))]
  for (const file of scenarioFiles(options.rerun)) yield [familyOf(file), scenariosOf(file).map(withConfig)]
}

function* fresh(seed: number, count: number): Iterable<Scenario> {
  for (let index = 0; index < count; index++) yield randomScenario(`random-${seed}-${index}`, seed * 1_000_003 + index)
}

function withConfig(scenario: Scenario): Scenario {
  if (options.config.length === 0 || scenario.bytes !== undefined) return scenario
  const config: JsonObject = Object.fromEntries(
    options.config.map((each) => each.split('=', 2).map(value)) as [string, string | number][],
  )
  return { ...scenario, config: { ...scenario.config, ...config } }
}

function value(text: string, index: number): string | number {
  return index === 1 && /^\d+$/.test(text) ? Number(text) : text
}

function* batches<T>(items: Iterable<T>, size: number): Iterable<T[]> {
  let batch: T[] = []
  for (const item of items) if (batch.push(item) === size) yield batch.splice(0)
  if (batch.length > 0) yield batch
}

async function compare(family: string, scenarios: readonly Scenario[]): Promise<void> {
  for (const answered of await java.ask(scenarios)) {
    if (answered.error !== undefined) {
      errors++
      process.stdout.write(`in error ${answered.id}: ${answered.error}\n`)
      continue
    }
    const verdict = judge(answered, { disk })
    report.add(family, verdict)
    if (verdict.kind !== 'passed') await explain(answered)
  }
}

/** Prints what differs, as small as it gets. */
async function explain(scenario: Scenario): Promise<void> {
  const differs = async (candidate: Scenario): Promise<boolean> => {
    const [answered] = await java.ask([candidate])
    return answered !== undefined && answered.error === undefined && judge(answered, { disk }).kind !== 'passed'
  }
  const [smallest] = await java.ask([await shrink(scenario, differs)])
  const verdict = judge(smallest!, { disk })
  process.stdout.write(`${verdict.kind} ${scenario.id}${verdict.kind === 'unsupported' ? `: ${verdict.reason}` : ''}\n`)
  if (verdict.kind === 'wrong') process.stdout.write(`${verdict.differences.map(show).join('\n')}\n`)
  if (options.found !== undefined) appendFileSync(options.found, `${JSON.stringify(smallest)}\n`)
}
