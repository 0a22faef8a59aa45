/** Of a join of two streams. */
export type JoinSide = 'left' | 'right'

/** Which of two joined records may be how much older or newer, in ms; see the DSL's `JoinWindows`. */
export interface JoinTimes {
  readonly beforeMs: number
  readonly afterMs: number
  readonly graceMs: number
}

export function otherSide(side: JoinSide): JoinSide {
  return side === 'left' ? 'right' : 'left'
}

/**
 * How long a join still looks for a record of either side: a partner may be this much newer, and late by the grace; a store forgets what is
 * exactly as old as its retention, hence the millisecond. Java's stores keep records for `beforeMs + afterMs + graceMs`, too short by that
 * millisecond, and by more where one of the times is negative.
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
