/** The middle of some numbers, and how far they reach. */
export interface Spread {
  readonly median: number
  readonly least: number
  readonly greatest: number
}

/** All NaN where there is no number. */
export function spreadOf(numbers: readonly number[]): Spread {
  const sorted = numbers.filter((number) => !Number.isNaN(number)).toSorted((left, right) => left - right)
  return { median: medianOf(sorted), least: sorted[0] ?? NaN, greatest: sorted.at(-1) ?? NaN }
}

function medianOf(sorted: readonly number[]): number {
  const [low, high] = [sorted[(sorted.length - 1) >> 1] ?? NaN, sorted[sorted.length >> 1] ?? NaN]
  return (low + high) / 2
}

export function geometricMean(numbers: readonly number[]): number {
  return Math.exp(numbers.reduce((sum, number) => sum + Math.log(number), 0) / numbers.length)
}
