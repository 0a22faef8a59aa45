// The folds of `count`. They are the same for all counts.

export function zero(): number {
  return 0
}

export function addOne(count: number | null): number {
  return (count ?? 0) + 1
}

export function subtractOne(count: number): number {
  return count - 1
}

/** Of two sessions that become one. */
export function addCounts(left: number | null, right: number): number {
  return (left ?? 0) + right
}
