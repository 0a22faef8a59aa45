/** The side of a join of two streams. */
export type JoinSide = 'left' | 'right'

/** How far apart two joined records may be, in ms, as `JoinWindows` of the DSL says it. */
export interface JoinTimes {
  readonly beforeMs: number
  readonly afterMs: number
  readonly graceMs: number
}

export function otherSide(side: JoinSide): JoinSide {
  return side === 'left' ? 'right' : 'left'
}

/**
 * For how long a join may look for a record of either side: its partner may be newer, and late by the grace. A store forgets a record that is
 * exactly as old as its retention: hence the millisecond. Java's stores keep records for `beforeMs + afterMs + graceMs`. That is too short by
 * the millisecond, and by more if one of the times is negative.
 */
export function neededRetentionMs({ beforeMs, afterMs, graceMs }: JoinTimes): number {
  return Math.max(0, beforeMs) + Math.max(0, afterMs) + graceMs + 1
}

/** How much older than a record of this side its partner may be. */
export function lookBackMs(side: JoinSide, { beforeMs, afterMs }: JoinTimes): number {
  return side === 'left' ? beforeMs : afterMs
}

/** How much newer than a record of this side its partner may be. */
export function lookAheadMs(side: JoinSide, { beforeMs, afterMs }: JoinTimes): number {
  return side === 'left' ? afterMs : beforeMs
}
