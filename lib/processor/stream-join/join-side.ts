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

/** How much older than a record of this side its partner may be. */
export function lookBackMs(side: JoinSide, { beforeMs, afterMs }: JoinTimes): number {
  return side === 'left' ? beforeMs : afterMs
}

/** How much newer than a record of this side its partner may be. */
export function lookAheadMs(side: JoinSide, { beforeMs, afterMs }: JoinTimes): number {
  return side === 'left' ? afterMs : beforeMs
}
