import type { ThroughputRow } from './row.ts'

/** Its records are eight times as long, and all topics are in memory. */
const mostRecords = 1_500_000

/** A row with the first data set, and with the second one: as many records of each. */
export function withSecond(row: ThroughputRow): readonly ThroughputRow[] {
  const { name, title, records } = row
  const first = { ...row, records: { quick: records.quick, full: Math.min(records.full, mostRecords) } }
  const second = { ...first, name: `${name}-second`, title: `${title}; second data set`, goal: null, data: 'second' } as const
  return [first, { ...second, factor: { of: name, most: 1.3 } }]
}
