/**
 * Runs seeds of the simulation, and says which of them broke what must hold, and how often each fault has hit each call.
 *
 *     npm run sim -- [--seeds N] [--from S] [--level port|wire] [--guarantee exactly_once_v2] [--jobs N] [--once] [--until-failure] [--quiet] [--json] [--trace FILE]
 *
 * Each seed runs twice and must do the same twice; `--once` leaves the second run out. `--jobs` spreads the seeds over processes.
 * `--until-failure` ends with the first seed that fails, `--quiet` says nothing of what was hit, `--json` prints the result as data
 * and failed seeds as errors, and `--trace` writes what happened in the last seed. A run of 10,000 seeds fails, too, if a fault has never hit one of its calls.
 */
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { hitsTable, neverHit } from './hits-table.ts'
import { runRange, sum } from './seed-range.ts'
import type { RangeResult, SeedRange } from './seed-range.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    level: { type: 'string', default: 'port' },
    guarantee: { type: 'string', default: 'at_least_once' },
    jobs: { type: 'string', default: '1' },
    once: { type: 'boolean', default: false },
    trace: { type: 'string' },
    quiet: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    'until-failure': { type: 'boolean', default: false },
  },
})

/** In so many seeds every fault must have hit every call. */
const bigRun = 10_000

const range: SeedRange = {
  level: values.level === 'wire' ? 'wire' : 'port',
  guarantee: values.guarantee === 'exactly_once_v2' ? 'exactly_once_v2' : 'at_least_once',
  from: Number(values.from),
  seeds: Number(values.seeds),
  times: values.once ? 'once' : 'twice',
  end: values['until-failure'] ? 'first-failure' : 'of-range',
  traceFile: values.trace,
}
const { level } = range
const result = Number(values.jobs) > 1 ? await inProcesses(Number(values.jobs)) : await runRange(range, tell)
const transactions = range.guarantee === 'exactly_once_v2' ? 'used' : 'unused'
const missed = range.seeds >= bigRun ? neverHit(result.hits, level, transactions) : []
if (values.json) console.log(JSON.stringify(result))
else report()
process.exitCode = result.failed.length > 0 || missed.length > 0 ? 1 : 0

function tell({ seed, hash, violations }: RangeResult['failed'][number]): void {
  const say = values.json ? console.error : console.log
  say(`seed ${seed} (${hash}): ${violations.slice(0, 5).join('\n  ')}`)
  if (!values['until-failure'])
    say(`  replay: npm run sim -- --seeds 1 --from ${seed} --level ${level} --guarantee ${range.guarantee} --trace trace.txt`)
}

function report(): void {
  if (!values.quiet) console.log(hitsTable(result.hits, level, transactions))
  for (const what of missed) console.log(`NEVER HIT: ${what}`)
  const sorted = result.cpuMs.toSorted((a, b) => a - b)
  const median = sorted[sorted.length >> 1] ?? 0
  console.log(
    `${range.seeds} seeds at the ${level} level from ${range.from}: ${result.failed.length} failed; ` +
      `in ${result.late} former owners wrote late. ` +
      `Processor time of a seed: median ${median.toFixed(0)} ms, most ${sorted.at(-1)?.toFixed(0)} ms.`,
  )
}

/** Processes share nothing, so each has a part of the seeds. */
async function inProcesses(jobs: number): Promise<RangeResult> {
  const size = Math.ceil(range.seeds / jobs)
  const parts = Array.from({ length: jobs }, (_, job) => ({
    from: range.from + job * size,
    seeds: Math.min(size, range.seeds - job * size),
  }))
  const results = await Promise.all(parts.filter(({ seeds }) => seeds > 0).map(inProcess))
  return sum(results)
}

async function inProcess({ from, seeds }: { readonly from: number; readonly seeds: number }): Promise<RangeResult> {
  const flags = [...(values.once ? ['--once'] : []), ...(values['until-failure'] ? ['--until-failure'] : [])]
  const args = [
    '--json',
    '--seeds',
    String(seeds),
    '--from',
    String(from),
    '--level',
    level,
    '--guarantee',
    values.guarantee,
    ...flags,
  ]
  const child = spawn(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return JSON.parse(await text(child.stdout)) as RangeResult
}
