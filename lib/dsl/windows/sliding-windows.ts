import { checkOptions, type OptionNames } from '../../model/check-options.ts'
import { requireMs } from './require-ms.ts'

/** Sizes of {@link SlidingWindows}, in ms. */
export interface SlidingWindowsOptions {
  /** How far apart two records of one window may be, at most. */
  readonly differenceMs: number
  /** How long after its end a window still takes records. Default 0. */
  readonly graceMs?: number | undefined
}

/**
 * Windows that the timestamps of records define (KIP-450, Java: `SlidingWindows`). One window ends at the timestamp of each
 * record. Another one begins a millisecond after it, if that window has records. A window includes its start and its end. Records
 * with timestamps below `differenceMs` share one window that begins at 0.
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
   * Makes sliding windows. Throws a `TypeError` for times that are not whole milliseconds, or less than 0.
   *
   * @example
   * SlidingWindows.of({ differenceMs: 60_000, graceMs: 5_000 })
   */
  static of(options: SlidingWindowsOptions): SlidingWindows {
    checkOptions('SlidingWindows.of()', options, optionNames)
    return new SlidingWindows(options)
  }
}

const optionNames: OptionNames<SlidingWindowsOptions> = { differenceMs: true, graceMs: true }
