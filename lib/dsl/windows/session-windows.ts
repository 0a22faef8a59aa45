import { checkOptions, type OptionNames } from '../../model/check-options.ts'
import { requireMs } from './require-ms.ts'

/** Sizes of {@link SessionWindows}, in ms. */
export interface SessionWindowsOptions {
  /** Records of a key that are at most this far apart belong to one session. */
  readonly gapMs: number
  /** How long after its end and the gap a session still takes records. Default 0. */
  readonly graceMs?: number | undefined
}

/** Sessions: windows that begin with their first record and end with their last one (Java: `SessionWindows`). */
export class SessionWindows {
  /** Records of a key that are at most this far apart belong to one session. */
  readonly gapMs: number
  /** How long after its end and the gap a session still takes records. */
  readonly graceMs: number

  private constructor({ gapMs, graceMs = 0 }: SessionWindowsOptions) {
    requireMs('gapMs', 'sessions', gapMs)
    requireMs('graceMs', 'sessions', graceMs)
    this.gapMs = gapMs
    this.graceMs = graceMs
    Object.freeze(this)
  }

  /**
   * Makes sessions. Throws a `TypeError` for times that are not whole milliseconds, or less than 0.
   *
   * @example
   * SessionWindows.of({ gapMs: 5 * 60_000, graceMs: 10_000 })
   */
  static of(options: SessionWindowsOptions): SessionWindows {
    checkOptions('SessionWindows.of()', options, optionNames)
    return new SessionWindows(options)
  }
}

const optionNames: OptionNames<SessionWindowsOptions> = { gapMs: true, graceMs: true }
