import type { Settings } from '../protocol.ts'
import type { JavaCell } from './row.ts'

const mebibyte = 1 << 20

/** What rows change of this is what they are about. */
export const plainSettings: Settings = {
  cacheBytes: 0,
  commitIntervalMs: 30_000,
  maxPartitionFetchBytes: 8 * mebibyte,
  lingerMs: 5,
  guarantee: 'at_least_once',
  transactionalStores: false,
  groupInstanceId: null,
}

export const cached = (mebibytes: number): Settings => ({ ...plainSettings, cacheBytes: mebibytes * mebibyte })

/** All collectors, with the caches of the row. */
export const allCollectors: readonly [JavaCell, ...JavaCell[]] = [
  { collector: 'Parallel' },
  { collector: 'Serial' },
  { collector: 'G1' },
]

/** As `allCollectors`, without a cache, with Kafka's default, and with a large one. */
export const allCells: readonly [JavaCell, ...JavaCell[]] = [
  { collector: 'Parallel', cacheBytes: 0 },
  { collector: 'Serial', cacheBytes: 0 },
  { collector: 'G1', cacheBytes: 0 },
  { collector: 'Parallel', cacheBytes: 10 * mebibyte },
  { collector: 'Parallel', cacheBytes: 512 * mebibyte },
]
