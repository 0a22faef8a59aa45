import { sleep } from '../../lib/clock/clock.ts'
import type { ManualClock } from '../../lib/clock/manual-clock.ts'

/** Lets everything happen that needs no time. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const hourMs = 3_600_000

/**
 * Runs `work` while time passes, a millisecond a step; after each step all happens that needs no time. So the same work takes the
 * same steps in the same order each time. Rejects after an hour of simulated time.
 */
export async function simulate<T>(clock: ManualClock, work: () => Promise<T>): Promise<T> {
  const end = clock.monotonic() + hourMs
  let isOver = false
  const result = work().finally(() => (isOver = true))
  result.catch(() => undefined)
  for (await settle(); !isOver; await settle()) {
    if (clock.monotonic() >= end) throw new Error('An hour has passed in the simulation, and its work is not over.')
    clock.advance(1)
  }
  return result
}

/** Within a simulation: resolves when the condition holds, and rejects after ten simulated minutes with what was awaited. */
export async function comesTrue(clock: ManualClock, what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = clock.monotonic() + 600_000
  while (!(await condition())) {
    if (clock.monotonic() >= end) throw new Error(`Awaited for ten simulated minutes: ${what}.`)
    await sleep(clock, 5)
  }
}
