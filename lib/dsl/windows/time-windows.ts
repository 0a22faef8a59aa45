import { checkOptions, type OptionNames } from '../../model/check-options.ts'
import { requireMs } from './require-ms.ts'

/** Sizes of {@link TimeWindows}, in ms. */
export interface TimeWindowsOptions {
  /** How long a window is. */
  readonly sizeMs: number
  /**
   * How far apart the starts of two windows are. Default `sizeMs`: windows follow one another (tumbling). With a smaller value
   * windows overlap (hopping).
   */
  readonly advanceMs?: number | undefined
  /** How long after its end a window still takes records. Default 0. */
  readonly graceMs?: number | undefined
}

/** Windows of a fixed size, aligned to the epoch: `[n · advance, n · advance + size)` (Java: `TimeWindows`). */
export class TimeWindows {
  /** How long a window is. */
  readonly sizeMs: number
  /** How far apart the starts of two windows are. */
  readonly advanceMs: number
  /** How long after its end a window still takes records. */
  readonly graceMs: number

  private constructor({ sizeMs, advanceMs = sizeMs, graceMs = 0 }: TimeWindowsOptions) {
    requireMs('sizeMs', 'a window', sizeMs, 1)
    requireMs('advanceMs', 'a window', advanceMs, 1)
    requireMs('graceMs', 'a window', graceMs)
    if (advanceMs > sizeMs) throw new TypeError(`advanceMs of a window must be at most its sizeMs, ${sizeMs}, not ${advanceMs}.`)
    this.sizeMs = sizeMs
    this.advanceMs = advanceMs
    this.graceMs = graceMs
    Object.freeze(this)
  }

  /**
   * Makes windows. Throws a `TypeError` for times that are not whole milliseconds, and for an advance that exceeds the size.
   *
   * @example
   * TimeWindows.of({ sizeMs: 60_000, graceMs: 5_000 })
   */
  static of(options: TimeWindowsOptions): TimeWindows {
    checkOptions('TimeWindows.of()', options, optionNames)
    return new TimeWindows(options)
  }
}

const optionNames: OptionNames<TimeWindowsOptions> = { sizeMs: true, advanceMs: true, graceMs: true }
