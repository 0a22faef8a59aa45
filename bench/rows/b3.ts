import { allCells, plainSettings } from './settings.ts'
import type { ThroughputRow } from './row.ts'

/** A count of many keys: the store is what is measured. */
export const b3: ThroughputRow = {
  kind: 'throughput',
  name: 'b3',
  title: 'count, 1 M keys, no cache',
  topology: 'count',
  records: { quick: 300_000, full: 4_000_000 },
  goal: 5,
  mostMemory: 300,
  settings: plainSettings,
  comparison: 'last value of each key',
  java: allCells,
  inputs: (records, data) => [
    { name: 'transfers', records: data.stream({ records, keys: 1_000_000, seed: 1, perMs: 1, lateMs: 45_000 }) },
  ],
  units: (records) => records,
}
