import { runSimulation } from '../../lib/testing/simulation/run-simulation.ts'
import type { Running, RunResult } from '../../lib/testing/simulation/run-simulation.ts'
import { differences, repeated } from './workload-checks.ts'
import type { Guarantee } from './workload-checks.ts'
import { burst, feed, forget } from './workload-input.ts'
import type { Expected } from './workload-input.ts'
import { forgetful, partitions, restless, workload } from './workload.ts'

/** Options of {@link runSeed}. */
export interface SeedOptions {
  /** Default `hashed`. */
  readonly trace?: 'kept' | 'hashed'
  /** Default `at_least_once`. */
  readonly guarantee?: Guarantee | undefined
}

/** Runs one seed: at least two virtual minutes, three members, five faults. */
export async function runSeed(seed: number, level: 'port' | 'wire', options: SeedOptions = {}): Promise<RunResult> {
  const { trace = 'hashed', guarantee = 'at_least_once' } = options
  const isExactlyOnce = guarantee === 'exactly_once_v2'
  let expected: Expected | undefined
  return runSimulation({
    seed,
    level,
    topology: workload(seed % 2 === 0 ? 'all' : 'none'),
    config: { processingGuarantee: guarantee },
    topics: partitions,
    restless,
    forgetful,
    onLost: (lost) => forget(expected!, lost),
    members: 3,
    faults: 5 + (seed % 4),
    faultyMs: 90_000,
    progressMs: 300_000,
    trace,
    feed: (run) => void (expected = feed(run)),
    ...(isExactlyOnce ? { burst: (run: Running, ms: number) => burst(run, expected!, ms) } : {}),
    check: (run) => {
      const twice = isExactlyOnce ? repeated(run.broker) : []
      for (const difference of [...differences(run, expected!, guarantee), ...twice]) run.observer.violation(difference)
    },
  })
}
