import { allCollectors, cached } from './settings.ts'
import type { ThroughputRow } from './row.ts'

const windows = { ...cached(64), commitIntervalMs: 5_000 }

/** Windows with late records, some of them too late. */
export const c1: ThroughputRow = {
  kind: 'throughput',
  name: 'c1',
  title: 'tumbling windows of 60 s, 30 s of grace',
  topology: 'tumbling',
  records: { quick: 400_000, full: 4_000_000 },
  goal: 6,
  settings: windows,
  comparison: 'last value of each key',
  java: allCollectors,
  // Java's windows count records without a value, too; Millrace's do so with `compatibility: 'java'` only.
  inputs: (records, data) => [
    { name: 'transfers', records: data.stream({ records, keys: 10_000, seed: 1, perMs: 1, lateMs: 45_000, nulls: 'none' }) },
  ],
  units: (records) => records,
}
