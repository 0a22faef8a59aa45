import { allCollectors, plainSettings } from './settings.ts'
import type { ThroughputRow } from './row.ts'

/** A count that writes each update. */
export const b2: ThroughputRow = {
  kind: 'throughput',
  name: 'b2',
  title: 'count, 10 k keys, no cache',
  topology: 'count',
  records: { quick: 400_000, full: 4_000_000 },
  goal: 9,
  settings: plainSettings,
  comparison: 'every record',
  java: allCollectors,
  inputs: (records, data) => [
    { name: 'transfers', records: data.stream({ records, keys: 10_000, seed: 1, perMs: 1, lateMs: 45_000 }) },
  ],
  units: (records) => records,
}
