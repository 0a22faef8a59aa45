import { allCollectors, plainSettings } from './settings.ts'
import type { ThroughputRow } from './row.ts'

/** Less than the ten seconds of the join: Java emits what is later at once, and Millrace waits for its grace (ARCHITECTURE.md, 12). */
const lateMs = 8_000
/** With an exponent of 1 the most frequent key alone would make millions of pairs. */
const skew = 0.5
/** So many that each record has about one partner, whatever their frequencies are. */
const keys = { first: 100_000, second: 330_000 }

/** Two streams with about one partner for each record. */
export const e1: ThroughputRow = {
  kind: 'throughput',
  name: 'e1',
  title: 'stream ⋈ stream, inner, ± 10 s',
  topology: 'stream-stream-inner',
  records: { quick: 150_000, full: 3_000_000 },
  goal: 6,
  settings: plainSettings,
  comparison: 'every record',
  java: allCollectors,
  inputs: (records, data) => [
    { name: 'left', records: data.stream({ records: records / 2, keys: keys[data.name], seed: 1, perMs: 5, lateMs, skew }) },
    { name: 'right', records: data.stream({ records: records / 2, keys: keys[data.name], seed: 11, perMs: 5, lateMs, skew }) },
  ],
  units: (records) => records,
}
