import { runSimulation } from '../../lib/testing/simulation/run-simulation.ts'
import type { RunResult } from '../../lib/testing/simulation/run-simulation.ts'
import { differences, feed, forget, forgetful, partitions, restless, workload } from './workload.ts'
import type { Expected } from './workload.ts'

/** Runs one seed: at least two virtual minutes, three members, five faults. */
export async function runSeed(seed: number, level: 'port' | 'wire', trace: 'kept' | 'hashed' = 'hashed'): Promise<RunResult> {
  let expected: Expected | undefined
  return runSimulation({
    seed,
    level,
    topology: workload(seed % 2 === 0 ? 'all' : 'none'),
    config: {},
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
    check: ({ broker, observer }) => {
      for (const difference of differences(broker, expected!, observer.lateWrites)) observer.violation(difference)
    },
  })
}
