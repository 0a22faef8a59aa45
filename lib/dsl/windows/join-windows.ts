import { checkOptions, type OptionNames } from '../../model/check-options.ts'
import { requireMs } from './require-ms.ts'

/** Times of {@link JoinWindows}, in ms. */
export interface JoinWindowsOptions {
  /** How far apart two records may be, in either direction: the default of `beforeMs` and `afterMs`. */
  readonly timeDifferenceMs?: number | undefined
  /** How much older than the left record the right one may be. Negative: it must be that much newer. Default `timeDifferenceMs`. */
  readonly beforeMs?: number | undefined
  /** How much newer than the left record the right one may be. Negative: it must be that much older. Default `timeDifferenceMs`. */
  readonly afterMs?: number | undefined
  /**
   * How long a record is kept after its window, for late partners. A left or outer join waits that long before it joins the
   * record with null. Default 0.
   */
  readonly graceMs?: number | undefined
}

const dayMs = 24 * 60 * 60 * 1000

/**
 * Which records of two streams are joined (Java: `JoinWindows`). Two records are joined if their keys are equal and the right
 * record is at most `beforeMs` older and at most `afterMs` newer than the left one.
 */
export class JoinWindows {
  /** How much older than the left record the right one may be. */
  readonly beforeMs: number
  /** How much newer than the left record the right one may be. */
  readonly afterMs: number
  /** How long a record is kept after its window, for late partners. */
  readonly graceMs: number
  /**
   * When a left or outer join joins a record without partner with null. `final`: once no partner can come any more (KIP-633).
   * `eager`: at once, even if a partner follows.
   */
  readonly nonJoined: 'final' | 'eager'

  private constructor(times: Pick<JoinWindows, 'beforeMs' | 'afterMs' | 'graceMs'>, nonJoined: 'final' | 'eager') {
    const { beforeMs, afterMs, graceMs } = times
    requireMs('beforeMs', 'a join', beforeMs, -Infinity)
    requireMs('afterMs', 'a join', afterMs, -Infinity)
    requireMs('graceMs', 'a join', graceMs)
    if (beforeMs + afterMs < 0)
      throw new TypeError(
        `beforeMs (${beforeMs}) and afterMs (${afterMs}) of a join leave no time between them: their sum must be at least 0.`,
      )
    this.beforeMs = beforeMs
    this.afterMs = afterMs
    this.graceMs = graceMs
    this.nonJoined = nonJoined
    Object.freeze(this)
  }

  /**
   * Makes windows of a join. Throws a `TypeError` for times that contradict each other.
   *
   * @example
   * JoinWindows.of({ timeDifferenceMs: 60_000, graceMs: 5_000 })
   * JoinWindows.of({ beforeMs: 0, afterMs: 60_000 }) // the right record is the later one
   */
  static of(options: JoinWindowsOptions): JoinWindows {
    checkOptions('JoinWindows.of()', options, optionNames)
    return new JoinWindows({ ...sides(options), graceMs: options.graceMs ?? 0 }, 'final')
  }

  /**
   * As Java's deprecated `JoinWindows.of()`: a record without partner so far is joined with null at once, and joined again with
   * each partner that follows. For applications whose consumers expect these results. Default of `graceMs`: 24 hours less
   * `beforeMs` and `afterMs`, at least 0.
   */
  static eager(options: JoinWindowsOptions): JoinWindows {
    checkOptions('JoinWindows.eager()', options, optionNames)
    const times = sides(options)
    const restMs = Math.max(dayMs - times.beforeMs - times.afterMs, 0)
    return new JoinWindows({ ...times, graceMs: options.graceMs ?? restMs }, 'eager')
  }

  /** Size of the window of right records that one left record is joined with, in ms. */
  get sizeMs(): number {
    return this.beforeMs + this.afterMs
  }
}

const optionNames: OptionNames<JoinWindowsOptions> = { timeDifferenceMs: true, beforeMs: true, afterMs: true, graceMs: true }

function sides({ timeDifferenceMs, beforeMs = timeDifferenceMs, afterMs = timeDifferenceMs }: JoinWindowsOptions) {
  if (beforeMs === undefined || afterMs === undefined)
    throw new TypeError('Windows of a join need timeDifferenceMs, or both beforeMs and afterMs.')
  return { beforeMs, afterMs }
}
