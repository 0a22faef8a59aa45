import { allCollectors, cached } from './settings.ts'
import type { ThroughputRow } from './row.ts'

const windows = { ...cached(64), commitIntervalMs: 5_000 }

/** Each record is in four windows. */
export const c2: ThroughputRow = {
  kind: 'throughput',
  name: 'c2',
  title: 'hopping windows of 60 s every 15 s',
  topology: 'hopping',
  records: { quick: 120_000, full: 3_000_000 },
  goal: 8,
  settings: windows,
  comparison: 'last value of each key',
  java: allCollectors,
  // Java's windows count records without a value, too; Millrace's do so with `compatibility: 'java'` only.
  inputs: (records, data) => [
    { name: 'transfers', records: data.stream({ records, keys: 10_000, seed: 1, perMs: 1, lateMs: 45_000, nulls: 'none' }) },
  ],
  units: (records) => records,
}
