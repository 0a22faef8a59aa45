/** Compares keys (bytes as latin1) in the order of their bytes. */
export function ascending(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}

export function descending(left: string, right: string): number {
  return ascending(right, left)
}
