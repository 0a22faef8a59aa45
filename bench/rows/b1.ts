import { allCollectors, cached } from './settings.ts'
import type { ThroughputRow } from './row.ts'

/** A count whose record cache holds all keys. */
export const b1: ThroughputRow = {
  kind: 'throughput',
  name: 'b1',
  title: 'count, 10 k keys, cache 64 MiB',
  topology: 'count',
  records: { quick: 1_000_000, full: 12_000_000 },
  goal: 5,
  settings: cached(64),
  comparison: 'last value of each key',
  java: allCollectors,
  inputs: (records, data) => [
    { name: 'transfers', records: data.stream({ records, keys: 10_000, seed: 1, perMs: 1, lateMs: 45_000 }) },
  ],
  units: (records) => records,
}

/** As b1, with what a fetch brings of a partition by default. */
export const b1SmallFetch: ThroughputRow = {
  ...b1,
  name: 'b1-1mib',
  title: `${b1.title}, 1 MiB a partition and fetch`,
  records: { quick: 0, full: b1.records.full },
  settings: { ...b1.settings, maxPartitionFetchBytes: 1 << 20 },
}
