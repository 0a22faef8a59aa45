import { setTimeout as delay } from 'node:timers/promises'
import type { Limit } from '../report/limits.ts'
import { memoryOf } from '../subject/process-times.ts'

/** Something that is only seen over minutes, and how it came about. */
export interface SoakResult {
  readonly limit: Limit
  readonly minutes: number
  readonly samples: readonly Sample[]
}

export interface Sample {
  readonly minute: number
  readonly anonymousMb: number
}

const sampleMs = 5_000

/** The memory of a process every five seconds, until `ended` settles. */
export async function sampled(pid: number, ended: Promise<unknown>): Promise<readonly Sample[]> {
  const samples: Sample[] = []
  const began = performance.now()
  const isOver = ended.then(() => true)
  do samples.push({ minute: (performance.now() - began) / 60_000, anonymousMb: memoryOf(pid).anonymous / 1e6 })
  while (!(await Promise.race([isOver, delay(sampleMs, false)])))
  return samples
}

/** MB per minute by least squares, without the first fifth: caches and compilers fill memory there. */
export function slopeOf(samples: readonly Sample[]): number {
  const counted = samples.slice(Math.floor(samples.length / 5))
  const mean = (read: (sample: Sample) => number): number =>
    counted.reduce((sum, sample) => sum + read(sample), 0) / counted.length
  const [x, y] = [mean(({ minute }) => minute), mean(({ anonymousMb }) => anonymousMb)]
  const spread = counted.reduce((sum, { minute }) => sum + (minute - x) ** 2, 0)
  return counted.reduce((sum, { minute, anonymousMb }) => sum + (minute - x) * (anonymousMb - y), 0) / spread
}
