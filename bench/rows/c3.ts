import { allCollectors, cached } from './settings.ts'
import type { ThroughputRow } from './row.ts'

/** Sixty windows have each record. Of Java they cost sixty updates, so passes are few and short. */
const passes = { warmUps: 1, pairs: 3 }

/**
 * Windows that are kept as slices, beside tumbling windows of the same records. Where keys are frequent, a slice has a hundred records of a key. Where they are rare, it
 * has one: a record writes a row as with tumbling windows, and each of its sixty windows is combined and emitted for few records.
 */
export const slicedRows: readonly ThroughputRow[] = [
  ...pair('dense', '100 records a second and key', 10),
  ...pair('sparse', 'a record a second and key', 1_000),
]

function pair(name: string, density: string, keys: number): readonly ThroughputRow[] {
  const tumbling: ThroughputRow = {
    kind: 'throughput',
    name: `c3-${name}-tumbling`,
    title: `tumbling windows of 60 s, ${density}`,
    topology: 'tumbling',
    records: { quick: 60_000, full: 300_000 },
    goal: null,
    settings: { ...cached(64), commitIntervalMs: 5_000 },
    comparison: 'last value of each key',
    java: [allCollectors[0]],
    passes,
    inputs: (records, data) => [
      { name: 'transfers', records: data.stream({ records, keys, seed: 1, perMs: 1, lateMs: 45_000, nulls: 'none' }) },
    ],
    units: (records) => records,
  }
  const sliced: ThroughputRow = {
    ...tumbling,
    name: `c3-${name}`,
    title: `hopping windows of 60 s every second, as slices, ${density}`,
    topology: 'sliced',
  }
  // How much rare keys cost is printed; the limit is one of frequent keys.
  return [tumbling, name === 'dense' ? { ...sliced, factor: { of: tumbling.name, most: 2 } } : sliced]
}
