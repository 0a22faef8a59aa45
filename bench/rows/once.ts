import { b1 } from './b1.ts'
import { b2 } from './b2.ts'
import { d1 } from './d1.ts'
import type { ThroughputRow } from './row.ts'

/** What exactly once costs is the difference between two rows: the same commits, without transactions and in them. */
export const onceRows: readonly ThroughputRow[] = [b1, b2, d1].flatMap((row) => [often(row), once(row)])

function often(row: ThroughputRow): ThroughputRow {
  return {
    ...row,
    name: `${row.name}-100ms`,
    title: `${row.title}, commits every 100 ms`,
    goal: null,
    records: { quick: 0, full: row.records.full },
    settings: { ...row.settings, commitIntervalMs: 100 },
    // The ways that differ were tried for the row that commits seldom.
    java: [row.java[0]],
    passes: { warmUps: 1, pairs: 3 },
  }
}

function once(row: ThroughputRow): ThroughputRow {
  const same = often(row)
  return {
    ...same,
    name: `${row.name}-once`,
    title: `${row.title}, exactly once, commits every 100 ms`,
    settings: { ...same.settings, guarantee: 'exactly_once_v2' },
    factor: { of: same.name, most: 1.05 },
  }
}
