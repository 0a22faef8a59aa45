/**
 * `npm run bench -- [--suite quick|full] [--only b1,b3] [--pairs 5] [--records 200000] [--connections socket,kafkajs] [--data second] [--slope-minutes 20] [--churn-minutes 20] [--profile temp/profiles] [--report docs]`
 *
 * What Millrace costs beside Java's Kafka Streams, on one real broker in one run. No figure counts before the outputs are equal.
 * Needs Linux with two cores, a JDK (17 or newer) and Maven. `--report docs` writes docs/performance.md.
 */
import { openBench } from './broker/bench.ts'
import type { Bench } from './broker/bench.ts'
import { deleteTopics } from './broker/topics.ts'
import type { SideResult } from './measure/results.ts'
import { measureThroughput } from './measure/throughput.ts'
import { measureTime } from './measure/time.ts'
import { benchOptions } from './options.ts'
import type { BenchOptions } from './options.ts'
import { compare } from './report/comparison.ts'
import type { RowComparison } from './report/comparison.ts'
import { isExceeded, limitsOf } from './report/limits.ts'
import type { Limit } from './report/limits.ts'
import { machine } from './report/machine.ts'
import type { VoidRow } from './report/report.ts'
import { writeReport } from './report/write-report.ts'
import { allRows } from './rows/all-rows.ts'
import type { Row } from './rows/row.ts'
import { measureChurn } from './soak/churn.ts'
import { measureSlopes } from './soak/slope.ts'
import type { SoakResult } from './soak/soak.ts'
import { compileJava } from './subject/java-program.ts'
import type { JavaProgram } from './subject/java-program.ts'

const args = process.argv.slice(2)
const options = benchOptions(args, allRows)
await using bench = await openBench()
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void Promise.resolve(bench[Symbol.asyncDispose]()).finally(() => process.exit(1)))
const program = await compileJava(bench.scratch)
const facts = machine(program)
const { rows, voids } = await measureAll(bench, program, options)
const soaks = await soakAll(bench, options)
const command = ['npm run bench', ...(args.length === 0 ? [] : ['--', ...args])].join(' ')
await writeReport({ machine: facts, plan: options.plan, command, rows, voids, soaks }, options.report)
console.log(`${options.report}/performance.md`)
process.exitCode = voids.length === 0 ? 0 : 1

async function soakAll(bench: Bench, { slopeMinutes, churnMinutes }: BenchOptions): Promise<readonly SoakResult[]> {
  const slopes = slopeMinutes === null ? [] : await measureSlopes(bench, slopeMinutes)
  const churns = churnMinutes === null ? [] : await measureChurn(bench, churnMinutes)
  const soaks = [...slopes, ...churns]
  for (const { limit } of soaks) console.log(`${limit.row}: ${limitLine(limit)}`)
  return soaks
}

async function measureAll(
  bench: Bench,
  program: JavaProgram,
  { rows, plan }: BenchOptions,
): Promise<{ readonly rows: readonly RowComparison[]; readonly voids: readonly VoidRow[] }> {
  const measure = (row: Row) =>
    row.kind === 'throughput' ? measureThroughput(bench, program, row, plan) : measureTime(bench, program, row, plan)
  const compared: RowComparison[] = []
  const voids: VoidRow[] = []
  for (const row of rows) {
    const began = performance.now()
    try {
      const comparison = compare(await measure(row))
      compared.push(comparison)
      console.log(`${lineOf(comparison)} (${Math.round((performance.now() - began) / 1000)} s)`)
      for (const limit of limitsOf(compared).filter(({ row: name }) => name === row.name)) console.log(`  ${limitLine(limit)}`)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      voids.push({ name: row.name, reason })
      console.error(`${row.name}: VOID. ${reason}`)
    } finally {
      await deleteTopics(bench, `bench-${row.name}-`)
    }
  }
  return { rows: compared, voids }
}

function limitLine(limit: Limit): string {
  const { what, figure, unit, most, java } = limit
  const beside = java === null ? '' : `, Java ${java.toFixed(2)}`
  return `${what}: ${figure.toFixed(2)} ${unit} of ${most}${beside}${isExceeded(limit) ? ': EXCEEDED' : ''}`
}

function lineOf({ row, java, ours, ratio, verdict }: RowComparison): string {
  const all = ours.map(({ side, figure }) => `${side.name} ${figure.median.toFixed(2)}`)
  const goal = row.goal === null ? '' : `, goal ${row.goal}: ${verdict}`
  const resident = [java.side, ...ours.map(({ side }) => side)].map(residentOf)
  return `${row.name}: Java ${java.figure.median.toFixed(2)}, ${all.join(', ')} ${row.unit}, ratio ${ratio.median.toFixed(2)}${goal}; ${row.digest}\n  RssAnon + RssFile, peak, MB: ${resident.join('; ')}`
}

function residentOf({ name, passes }: SideResult): string {
  const most = (read: (pass: SideResult['passes'][number]) => number): string => (Math.max(...passes.map(read)) / 1e6).toFixed(0)
  return `${name} ${most(({ memory }) => memory.anonymous)} + ${most(({ memory }) => memory.file)}, ${most(({ memory }) => memory.peak)}`
}
