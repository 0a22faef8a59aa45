import { nexmark } from '../gen/nexmark.ts'
import type { Comparison } from '../verify/digest.ts'
import { cached, plainSettings } from './settings.ts'
import type { ThroughputRow } from './row.ts'

type Query = 'q0' | 'q1' | 'q2' | 'q3' | 'q5' | 'q6' | 'q7' | 'q8' | 'q11' | 'q12'

interface Shape {
  readonly title: string
  readonly comparison: Comparison
}

/**
 * What is repartitioned comes in another order on each side, and so do the steps to a result: the last ones are compared, without their
 * timestamps. q4 is written on both sides, but no row: without a cache Java's averages were greater than the greatest price, while Millrace's
 * were what the events say. The wall clock makes q12's windows: its counts are compared by their sum.
 */
const queries: Readonly<Record<Query, Shape>> = {
  q0: { title: 'pass through', comparison: 'every record' },
  q1: { title: 'currency of bids', comparison: 'every record' },
  q2: { title: 'bids of a few auctions', comparison: 'every record' },
  q3: { title: 'local sellers, by foreign key', comparison: 'rows that are left' },
  q5: { title: 'bids of the most wanted auction, 10 s every 2 s', comparison: 'rows that are left' },
  q6: { title: 'last ten closing prices by seller', comparison: 'rows that are left' },
  q7: { title: 'highest price of 10 s', comparison: 'rows that are left' },
  q8: { title: 'new people who open auctions', comparison: 'every record' },
  q11: { title: 'bids by session', comparison: 'rows that are left' },
  q12: { title: 'bids in 10 s of the wall clock', comparison: 'sum of counts that are left' },
}

/**
 * With a cache, what the second repartition topic gets would wait for the next commit: a process would look idle that has work left.
 * The stateless ones have no use for it.
 */
const uncached = new Set<Query>(['q0', 'q1', 'q2', 'q3', 'q5', 'q6'])

/** The queries of Nexmark that need no other system, on one topic of JSON events. */
export const nexmarkRows: readonly ThroughputRow[] = (Object.keys(queries) as Query[]).map((name) => ({
  kind: 'throughput',
  name,
  title: `Nexmark ${name}: ${queries[name].title}`,
  topology: name,
  records: { quick: 0, full: 1_000_000 },
  passes: { warmUps: 1, pairs: 3 },
  goal: 1.5,
  settings: uncached.has(name) ? plainSettings : { ...cached(64), commitIntervalMs: 5_000 },
  comparison: queries[name].comparison,
  java: [{ collector: 'Parallel' }],
  inputs: (records) => [{ name: 'events', records: nexmark(records) }],
  units: (records) => records,
}))
