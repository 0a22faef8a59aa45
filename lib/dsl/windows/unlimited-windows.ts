import { requireMs } from './require-ms.ts'

/** When {@link UnlimitedWindows} begin, in ms. */
export interface UnlimitedWindowsOptions {
  /** Records before it are left out, uncounted. Default 0. */
  readonly startMs?: number | undefined
}

/** One window for each key, without end and without grace: it never closes (Java: `UnlimitedWindows`). */
export class UnlimitedWindows {
  /** When the window begins. Records before it are left out. */
  readonly startMs: number
  /** The window has no end. */
  readonly sizeMs = Infinity
  /** There is no second window. */
  readonly advanceMs = Infinity
  /** A window that never closes needs no grace. */
  readonly graceMs = 0

  private constructor({ startMs = 0 }: UnlimitedWindowsOptions) {
    requireMs('startMs', 'a window', startMs)
    this.startMs = startMs
    Object.freeze(this)
  }

  /**
   * @example
   * UnlimitedWindows.of({ startMs: Date.UTC(2026, 0) })
   */
  static of(options: UnlimitedWindowsOptions = {}): UnlimitedWindows {
    return new UnlimitedWindows(options)
  }
}
