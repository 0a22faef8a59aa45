import { writeFileSync } from 'node:fs'
import type { RunResult } from '../../lib/testing/simulation/run-simulation.ts'
import { runSeed } from './run-seed.ts'

export interface SeedRange {
  readonly level: 'port' | 'wire'
  /** Default `at_least_once`. */
  readonly guarantee?: 'at_least_once' | 'exactly_once_v2' | undefined
  readonly from: number
  readonly seeds: number
  /** How often a seed runs. It must do the same twice. */
  readonly times: 'once' | 'twice'
  readonly end: 'of-range' | 'first-failure'
  /** Where the trace of the last seed is written to. */
  readonly traceFile?: string | undefined
}

/** What a range of seeds has shown, as plain data. */
export interface RangeResult {
  readonly failed: readonly { readonly seed: number; readonly hash: string; readonly violations: readonly string[] }[]
  /** How often each fault has hit, and at which calls. */
  readonly hits: Readonly<Record<string, number>>
  /** How many seeds had writes of former owners. */
  readonly late: number
  /** Processor time of each run. */
  readonly cpuMs: readonly number[]
}

/** Runs the seeds one after the other. `onFailure` is told of a failed seed at once. */
export async function runRange(
  range: SeedRange,
  onFailure: (failed: RangeResult['failed'][number]) => void,
): Promise<RangeResult> {
  const results: RangeResult[] = []
  for (let seed = range.from; seed < range.from + range.seeds; seed++) {
    const result = await runOne(seed, range)
    results.push(result)
    result.failed.forEach(onFailure)
    if (result.failed.length > 0 && range.end === 'first-failure') break
  }
  return sum(results)
}

export function sum(results: readonly RangeResult[]): RangeResult {
  const hits: Record<string, number> = {}
  for (const result of results) for (const [what, count] of Object.entries(result.hits)) hits[what] = (hits[what] ?? 0) + count
  return {
    failed: results.flatMap(({ failed }) => failed),
    hits,
    late: results.reduce((late, result) => late + result.late, 0),
    cpuMs: results.flatMap(({ cpuMs }) => cpuMs),
  }
}

async function runOne(seed: number, { level, guarantee, times, traceFile }: SeedRange): Promise<RangeResult> {
  const cpuMs: number[] = []
  const run = async (): Promise<RunResult> => {
    const before = process.cpuUsage()
    const result = await runSeed(seed, level, { guarantee, trace: traceFile === undefined ? 'hashed' : 'kept' })
    const { user, system } = process.cpuUsage(before)
    cpuMs.push((user + system) / 1000)
    return result
  }
  const { violations: found, hash, hits, lateWrites, trace } = await run()
  const again = times === 'twice' ? (await run()).hash : hash
  const violations = again === hash ? found : [...found, `a second run differs: ${hash}, then ${again}`]
  if (traceFile !== undefined) writeFileSync(traceFile, `${trace.join('\n')}\n`)
  const failed = violations.length === 0 ? [] : [{ seed, hash, violations }]
  return { failed, hits: Object.fromEntries(hits), late: lateWrites > 0 ? 1 : 0, cpuMs }
}
