import { startMs } from '../gen/inputs.ts'
import { plainSettings } from './settings.ts'
import type { ThroughputRow } from './row.ts'

const accounts = 10_000
const updates = 1_000
const mebibyte = 1 << 20
const cells = [
  { collector: 'Parallel', cacheBytes: 0 },
  { collector: 'Parallel', cacheBytes: 10 * mebibyte },
  { collector: 'Serial', cacheBytes: 0 },
  { collector: 'G1', cacheBytes: 0 },
] as const

/** A left table of many rows, a right one that each row names a row of, and updates of the right one at the end. */
export const f: ThroughputRow = {
  kind: 'throughput',
  name: 'f',
  title: 'foreign-key left join, 10 k right rows',
  topology: 'foreign-key',
  records: { quick: 60_000, full: 1_000_000 },
  goal: 5,
  settings: plainSettings,
  comparison: 'last value of each key',
  java: cells,
  inputs: (records, data) => [
    { name: 'transfers', records: data.table({ rows: records, seed: 1, atMs: startMs + 1 }) },
    { name: 'accounts', records: data.table({ rows: accounts, seed: 9, atMs: startMs }) },
  ],
  later: (_, data) => [{ name: 'accounts', records: data.table({ rows: updates, seed: 19, atMs: startMs + 2 }) }],
  /** A transfer is processed three times: as a row, as a subscription, and as an answer. An update is answered to each of its rows. */
  units: (records) => 3 * records + accounts + updates + (updates / accounts) * records,
}
