/**
 * Runs seeds of the simulation, and says which of them broke what must hold.
 *
 *     npm run sim -- [--seeds N] [--from S] [--level port|wire] [--once] [--until-failure] [--quiet] [--trace FILE]
 *
 * Each seed runs twice and must do the same twice; `--once` leaves the second run out. `--until-failure` ends with the first
 * seed that fails, `--quiet` says nothing of what was hit, and `--trace` writes what happened in the last seed.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { RunResult } from '../../lib/testing/simulation/run-simulation.ts'
import { runSeed } from './run-seed.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    level: { type: 'string', default: 'port' },
    once: { type: 'boolean', default: false },
    trace: { type: 'string' },
    quiet: { type: 'boolean', default: false },
    'until-failure': { type: 'boolean', default: false },
  },
})
const level = values.level === 'wire' ? 'wire' : 'port'
const from = Number(values.from)
const hits = new Map<string, number>()
const cpuMs: number[] = []
let failed = 0
let late = 0

const used = (): number => (process.cpuUsage().user + process.cpuUsage().system) / 1000

async function run(seed: number): Promise<RunResult> {
  const before = used()
  const result = await runSeed(seed, level, values.trace === undefined ? 'hashed' : 'kept')
  cpuMs.push(used() - before)
  return result
}

for (let seed = from; seed < from + Number(values.seeds); seed++) {
  const result = await run(seed)
  const violations = [...result.violations]
  if (!values.once) {
    const again = await run(seed)
    if (again.hash !== result.hash) violations.push(`a second run differs: ${result.hash}, then ${again.hash}`)
  }
  for (const [what, count] of result.hits) hits.set(what, (hits.get(what) ?? 0) + count)
  if (result.lateWrites > 0) late++
  if (values.trace !== undefined) writeFileSync(values.trace, `${result.trace.join('\n')}\n`)
  if (violations.length === 0) continue
  failed++
  console.log(`seed ${seed} (${result.hash}): ${violations.slice(0, 5).join('\n  ')}`)
  if (values['until-failure']) break
  console.log(`  replay: npm run sim -- --seeds 1 --from ${seed} --level ${level} --trace trace.txt`)
}

if (!values.quiet) {
  const rows = [...hits].sort(([a], [b]) => (a < b ? -1 : 1))
  for (const [what, count] of rows) console.log(`${String(count).padStart(8)}  ${what}`)
}
const sorted = cpuMs.toSorted((a, b) => a - b)
const median = sorted[sorted.length >> 1] ?? 0
console.log(
  `${values.seeds} seeds at the ${level} level from ${from}: ${failed} failed; in ${late} former owners wrote late. ` +
    `Processor time of a seed: median ${median.toFixed(0)} ms, most ${sorted.at(-1)?.toFixed(0)} ms.`,
)
process.exitCode = failed > 0 ? 1 : 0
