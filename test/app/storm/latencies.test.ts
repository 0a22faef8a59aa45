import { test } from 'tap'
import { drainedAt, outside, quantile } from './latencies.ts'

/** One each 100 ms for ten seconds; those made while something was away are seen 500 ms after it is back, one by one. */
const away = { of: 'broker', from: 2000, to: 4000 } as const
const passages = Array.from({ length: 100 }, (_, index) => {
  const madeAt = index * 100
  const isHeldUp = madeAt >= away.from && madeAt < away.to + 300
  return { madeAt, seenAt: isHeldUp ? 5500 + (madeAt - away.from) / 100 : madeAt + 50 }
})

test('an outage lasts until the last of those that it held up is there', async (t) => {
  t.equal(drainedAt(passages, away), 5522)
  t.equal(drainedAt([], away), away.to)
})

test('latencies outside of outages are those of neither the time away nor the time to catch up', async (t) => {
  const outages = [{ ...away, drainedAt: drainedAt(passages, away) }]
  const latencies = outside(passages, outages)
  t.same(new Set(latencies), new Set([50]))
  t.equal(latencies.length, 100 - 45, 'from a second before it')
  t.equal(quantile([1, 2, 3, 4], 0.5), 3)
})
