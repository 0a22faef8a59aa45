import type { Bench } from '../broker/bench.ts'
import { firstData } from '../gen/data-set.ts'
import type { Input } from '../gen/inputs.ts'
import { b3 } from '../rows/b3.ts'
import { e1 } from '../rows/e1.ts'
import { soak } from './soak-application.ts'
import type { SoakApplication } from './soak-application.ts'
import { slopeOf } from './soak.ts'
import type { SoakResult } from './soak.ts'

const mostMbPerMinute = 0.5

const count = (name: string, records: number, seed: number): Input => ({
  name,
  records: firstData.stream({ records, keys: 1_000_000, seed, perMs: 1, lateMs: 45_000 }),
})

/** Twenty thousand keys: about one partner for each record at this pace of event time. */
const joined = (name: string, records: number, seed: number, from: number): Input => ({
  name,
  records: later(firstData.stream({ records, keys: 20_000, seed, perMs: 1, lateMs: 8_000 }), from),
})

/** Event time of e1 before its minutes: windows have expired by then. */
const expiredMs = 600_000

const applications: readonly SoakApplication[] = [
  {
    ...b3,
    name: 'slope-b3',
    first: [count('transfers', 4_000_000, 1)],
    steady: [count('transfers', Infinity, 41)],
    perSecond: 5_000,
  },
  {
    ...e1,
    name: 'slope-e1',
    first: [joined('left', expiredMs, 1, 0), joined('right', expiredMs, 11, 0)],
    steady: [joined('left', Infinity, 41, expiredMs), joined('right', Infinity, 51, expiredMs)],
    perSecond: 2_500,
  },
]

/** What memory grows by under a steady load, when stores have their size. */
export async function measureSlopes(bench: Bench, minutes: number): Promise<readonly SoakResult[]> {
  const results: SoakResult[] = []
  for (const application of applications) {
    const samples = await soak(bench, application, minutes, (soaked) => soaked.samples)
    const what = `slope of RssAnon over ${minutes} min at ${application.perSecond * application.steady.length} records/s`
    const limit = { unit: 'MB/min', figure: slopeOf(samples), most: mostMbPerMinute, java: null }
    results.push({ limit: { row: application.name, what, ...limit }, minutes, samples })
  }
  return results
}

function* later(records: Input['records'], byMs: number): Input['records'] & Generator {
  for (const record of records) yield { ...record, timestamp: record.timestamp + byMs }
}
