import type { Unread } from '../../model/unread.ts'
import type { ReadsOf } from '../../processor/reads.ts'

// The functions that each `count` folds with.

export function zero(): number {
  return 0
}

export function addOne(count: number | null): number {
  return (count ?? 0) + 1
}

export function subtractOne(count: number): number {
  return count - 1
}

/** Adds the counts of two sessions that become one. */
export function addCounts(left: number | null, right: number): number {
  return (left ?? 0) + right
}

/** A count looks only at whether there is a value. */
export const readsPresence: ReadsOf<Unread<unknown>, Unread<unknown>> = Object.freeze({
  key: 'bytes',
  value: 'presence',
  passes: 'key',
})
