interface Point {
  readonly at: number
  readonly value: number
}

/** Scrapes that lie further from the end of a range than this, in their own distances, say nothing of the rest. */
const farthest = 1.1

/**
 * By how much a series has grown within a range, from at least two points of it. As Prometheus does, the growth between the first and the
 * last point is extended to the ends of the range where scrapes reach them: by no more than half a distance where they do not, and to no
 * time at which a counter would have been below 0. A counter that falls has started anew.
 */
export function grownBy(
  points: readonly Point[],
  range: { readonly from: number; readonly to: number },
  kind: 'counter' | 'gauge',
): number {
  const [first, last] = [points[0]!, points.at(-1)!]
  const resets = points.reduce((sum, { value }, index) => {
    const before = points[index - 1]?.value ?? value
    return value < before ? sum + before : sum
  }, 0)
  const grown = last.value - first.value + (kind === 'counter' ? resets : 0)
  const sampled = last.at - first.at
  const distance = sampled / (points.length - 1)
  const reach = (gap: number): number => (gap >= distance * farthest ? distance / 2 : gap)
  let before = reach(first.at - range.from)
  if (kind === 'counter' && grown > 0 && first.value >= 0) before = Math.min(before, sampled * (first.value / grown))
  return (grown * (sampled + before + reach(range.to - last.at))) / sampled
}

/** The slope per second of the line that is nearest to all points. */
export function derivative(points: readonly Point[]): number {
  const mean = (of: (point: Point) => number): number => points.reduce((sum, point) => sum + of(point), 0) / points.length
  const [at, value] = [mean((point) => point.at), mean((point) => point.value)]
  const covariance = mean((point) => (point.at - at) * (point.value - value))
  return (covariance / mean((point) => (point.at - at) ** 2)) * 1000
}
