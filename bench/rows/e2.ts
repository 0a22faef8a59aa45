import { stream } from '../gen/inputs.ts'
import { allCollectors, plainSettings } from './settings.ts'
import type { ThroughputRow } from './row.ts'

/** Less than the ten seconds of the join: Java emits what is later at once, and Millrace waits for its grace (ARCHITECTURE.md, 12). */
const lateMs = 8_000

/** As e1; records of the left stream without a partner go out alone. */
export const e2: ThroughputRow = {
  kind: 'throughput',
  name: 'e2',
  title: 'stream ⋈ stream, left, ± 10 s',
  topology: 'stream-stream-left',
  records: { quick: 100_000, full: 3_000_000 },
  goal: 7,
  settings: plainSettings,
  comparison: 'every record',
  java: allCollectors,
  inputs: (records) => [
    { name: 'left', records: stream({ records: records / 2, keys: 100_000, seed: 1, perMs: 5, lateMs }) },
    { name: 'right', records: stream({ records: records / 2, keys: 100_000, seed: 11, perMs: 5, lateMs }) },
  ],
  units: (records) => records,
}
