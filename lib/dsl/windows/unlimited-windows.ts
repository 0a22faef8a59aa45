import { checkOptions, type OptionNames } from '../../model/check-options.ts'
import { requireMs } from './require-ms.ts'

/** The start of {@link UnlimitedWindows}, in ms. */
export interface UnlimitedWindowsOptions {
  /** When the window begins. Earlier records are ignored, and not counted as dropped. Default 0. */
  readonly startMs?: number | undefined
}

/** One window for each key, without end and without grace: it never closes (Java: `UnlimitedWindows`). */
export class UnlimitedWindows {
  /** When the window begins. Earlier records are ignored. */
  readonly startMs: number
  /** The window has no end. */
  readonly sizeMs = Infinity
  /** No second window follows. */
  readonly advanceMs = Infinity
  /** A window that never closes needs no grace. */
  readonly graceMs = 0

  private constructor({ startMs = 0 }: UnlimitedWindowsOptions) {
    requireMs('startMs', 'a window', startMs)
    this.startMs = startMs
    Object.freeze(this)
  }

  /**
   * Makes the window. Throws a `TypeError` for a start that is not whole milliseconds, or less than 0.
   *
   * @example
   * UnlimitedWindows.of({ startMs: Date.UTC(2026, 0) })
   */
  static of(options: UnlimitedWindowsOptions = {}): UnlimitedWindows {
    checkOptions('UnlimitedWindows.of()', options, optionNames)
    return new UnlimitedWindows(options)
  }
}

const optionNames: OptionNames<UnlimitedWindowsOptions> = { startMs: true }
