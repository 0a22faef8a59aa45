import type { Element } from './evaluate.ts'
import type { Labels } from './expression.ts'
import { keyOf } from './sample-store.ts'

interface Bucket {
  readonly bound: number
  /** At or below the bound. */
  readonly count: number
}

/**
 * The quantile of each histogram, from the counts of its buckets. As with Prometheus, values lie evenly within their bucket; of the bucket
 * without a bound only the bound below it is known. A histogram without values has no quantile.
 */
export function histogramQuantile(quantile: number, buckets: readonly Element[]): readonly Element[] {
  const groups = Map.groupBy(buckets, ({ labels }) => keyOf(withoutBound(labels)))
  return [...groups.values()].flatMap((group) => {
    const labels = withoutBound(group[0]!.labels)
    const value = quantileOf(
      quantile,
      group.map((bucket) => ({ bound: boundOf(bucket), count: bucket.value })).toSorted((one, other) => one.bound - other.bound),
    )
    return value === null ? [] : [{ labels, value }]
  })
}

function withoutBound(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([label]) => label !== 'le'))
}

function boundOf({ labels: { le } }: Element): number {
  return le === '+Inf' ? Infinity : Number(le)
}

function quantileOf(quantile: number, buckets: readonly Bucket[]): number | null {
  const all = buckets.at(-1)!
  if (all.bound !== Infinity || buckets.length < 2 || !(all.count > 0)) return null
  const rank = quantile * all.count
  const index = buckets.findIndex(({ count }) => count >= rank)
  const [below, bucket] = [buckets[index - 1] ?? { bound: 0, count: 0 }, buckets[index]!]
  if (bucket.bound === Infinity) return below.bound
  if (index === 0 && bucket.bound <= 0) return bucket.bound
  return below.bound + (bucket.bound - below.bound) * ((rank - below.count) / (bucket.count - below.count))
}
