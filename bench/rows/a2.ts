import { allCollectors, plainSettings } from './settings.ts'
import type { ThroughputRow } from './row.ts'

/** Stateless, JSON both ways, plain objects in between. */
export const a2: ThroughputRow = {
  kind: 'throughput',
  name: 'a2',
  title: 'filter and mapValues on JSON objects',
  topology: 'json',
  records: { quick: 600_000, full: 8_000_000 },
  goal: 1.3,
  settings: plainSettings,
  comparison: 'every record',
  java: allCollectors,
  inputs: (records, data) => [
    { name: 'transfers', records: data.stream({ records, keys: 10_000, seed: 1, perMs: 1, lateMs: 45_000 }) },
  ],
  units: (records) => records,
}
