import { b3 } from './b3.ts'
import type { ThroughputRow } from './row.ts'

/** The count of b2 (10 k keys) and b3 (1 M keys) with keys in between, and with so many that the store is larger than what is kept in memory of it. */
const manyKeys = (keys: number, full: number, quick: number): Pick<ThroughputRow, 'records' | 'inputs'> => ({
  records: { quick, full },
  inputs: (records, data) => [
    {
      name: 'transfers',
      // A pass that is smaller than the row has fewer keys, too: about two records for each of the largest store.
      records: data.stream({ records, keys: Math.min(keys, Math.ceil(records / 2)), seed: 1, perMs: 1, lateMs: 45_000 }),
    },
  ],
})

export const n1Small: ThroughputRow = {
  ...b3,
  ...manyKeys(100_000, 4_000_000, 0),
  name: 'n1-100k',
  title: 'count, 100 k keys, no cache',
  goal: null,
  mostMemory: undefined,
  java: [{ collector: 'Parallel', cacheBytes: 0 }],
  passes: { warmUps: 1, pairs: 3 },
}

export const n1: ThroughputRow = {
  ...n1Small,
  ...manyKeys(10_000_000, 20_000_000, 1_000_000),
  name: 'n1-10m',
  title: 'count, 10 M keys (quick: 500 k), no cache',
  goal: 1.5,
  passes: { warmUps: 0, pairs: 1 },
}
