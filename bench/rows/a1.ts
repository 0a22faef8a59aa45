import { allCollectors, plainSettings } from './settings.ts'
import type { ThroughputRow } from './row.ts'

/** Stateless, no serde. */
export const a1: ThroughputRow = {
  kind: 'throughput',
  name: 'a1',
  title: 'filter and mapValues on bytes',
  topology: 'bytes',
  records: { quick: 1_000_000, full: 12_000_000 },
  goal: 3,
  settings: plainSettings,
  comparison: 'every record',
  java: allCollectors,
  inputs: (records, data) => [
    { name: 'transfers', records: data.stream({ records, keys: 10_000, seed: 1, perMs: 1, lateMs: 45_000 }) },
  ],
  units: (records) => records,
}
