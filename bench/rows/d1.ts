import { startMs } from '../gen/inputs.ts'
import { cached } from './settings.ts'
import type { ThroughputRow } from './row.ts'

const rows = 100_000
const mebibyte = 1 << 20
const cells = [
  { collector: 'Parallel', cacheBytes: 64 * mebibyte },
  { collector: 'Parallel', cacheBytes: 0 },
  { collector: 'Parallel', cacheBytes: 10 * mebibyte },
  { collector: 'Serial', cacheBytes: 64 * mebibyte },
  { collector: 'G1', cacheBytes: 64 * mebibyte },
] as const

/** A look-up for each record of a stream. */
export const d1: ThroughputRow = {
  kind: 'throughput',
  name: 'd1',
  title: 'stream ⋈ table of 100 k rows',
  topology: 'stream-table',
  records: { quick: 400_000, full: 4_000_000 },
  goal: 4,
  settings: cached(10),
  comparison: 'every record',
  java: cells,
  inputs: (records, data) => [
    { name: 'transfers', records: data.stream({ records, keys: rows, seed: 1, perMs: 1, lateMs: 45_000 }) },
    // Older than the stream, so that it is read first.
    { name: 'rows', records: data.table({ rows, seed: 9, atMs: startMs - 86_400_000 }) },
  ],
  units: (records) => records,
}
