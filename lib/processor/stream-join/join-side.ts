/** The side of a join of two streams. */
export type JoinSide = 'left' | 'right'

/** The differences in time that joined records may have, in ms, as in `JoinWindows` of the DSL. */
export interface JoinTimes {
  readonly beforeMs: number
  readonly afterMs: number
  readonly graceMs: number
}

export function otherSide(side: JoinSide): JoinSide {
  return side === 'left' ? 'right' : 'left'
}

/**
 * Returns the retention that the stores of a join need: a partner may be newer than the record, and late by the grace. One
 * millisecond is added, because a store forgets a record that is exactly as old as its retention. Java's stores keep records for
 * `beforeMs + afterMs + graceMs`. That is too short by this millisecond, and by more if `beforeMs` or `afterMs` is negative.
 */
export function neededRetentionMs({ beforeMs, afterMs, graceMs }: JoinTimes): number {
  return Math.max(0, beforeMs) + Math.max(0, afterMs) + graceMs + 1
}

/** Returns by how many ms the partner of a record of this side may be older. */
export function lookBackMs(side: JoinSide, { beforeMs, afterMs }: JoinTimes): number {
  return side === 'left' ? beforeMs : afterMs
}

/** Returns by how many ms the partner of a record of this side may be newer. */
export function lookAheadMs(side: JoinSide, { beforeMs, afterMs }: JoinTimes): number {
  return side === 'left' ? afterMs : beforeMs
}
