import { requireMs } from './require-ms.ts'

/** Sizes of {@link SlidingWindows}, in ms. */
export interface SlidingWindowsOptions {
  /** How far apart two records of one window may be, at most. */
  readonly differenceMs: number
  /** How long after its end a window still takes records. Default 0. */
  readonly graceMs?: number | undefined
}

/**
 * Windows that follow the records: one ends with each record and one begins behind it, where records are in them. Both ends are
 * included (KIP-450, Java: `SlidingWindows`). Records before `differenceMs` after the epoch share one window that begins there.
 */
export class SlidingWindows {
  /** How far apart two records of one window may be, at most. */
  readonly differenceMs: number
  /** How long after its end a window still takes records. */
  readonly graceMs: number

  private constructor({ differenceMs, graceMs = 0 }: SlidingWindowsOptions) {
    requireMs('differenceMs', 'sliding windows', differenceMs)
    requireMs('graceMs', 'sliding windows', graceMs)
    this.differenceMs = differenceMs
    this.graceMs = graceMs
    Object.freeze(this)
  }

  /**
   * @example
   * SlidingWindows.of({ differenceMs: 60_000, graceMs: 5_000 })
   */
  static of(options: SlidingWindowsOptions): SlidingWindows {
    return new SlidingWindows(options)
  }
}
