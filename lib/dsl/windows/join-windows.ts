import { requireMs } from './require-ms.ts'

/** Times of {@link JoinWindows}, in ms. */
export interface JoinWindowsOptions {
  /** `beforeMs` and `afterMs` alike: how far apart, in either direction, two records may be. */
  readonly timeDifferenceMs?: number | undefined
  /** How much older than the left record the right one may be. Negative: it must be that much newer. Default `timeDifferenceMs`. */
  readonly beforeMs?: number | undefined
  /** How much newer than the left record the right one may be. Negative: it must be that much older. Default `timeDifferenceMs`. */
  readonly afterMs?: number | undefined
  /** How long records are kept beyond the window, for late partners, and a left or outer join waits for them. Default 0. */
  readonly graceMs?: number | undefined
}

const dayMs = 24 * 60 * 60 * 1000

/**
 * Which records of two streams belong together (Java: `JoinWindows`): those of one key where the right record's timestamp is between
 * `beforeMs` before and `afterMs` after the left one's, both included.
 */
export class JoinWindows {
  /** How much older than the left record the right one may be. */
  readonly beforeMs: number
  /** How much newer than the left record the right one may be. */
  readonly afterMs: number
  /** How long records are kept beyond the window, for late partners. */
  readonly graceMs: number
  /**
   * When a left or outer join says that a record has no partner: `final`, once none can come any more (KIP-633); or `eager`, as soon
   * as the record is there, also where a partner follows.
   */
  readonly nonJoined: 'final' | 'eager'

  private constructor(times: Pick<JoinWindows, 'beforeMs' | 'afterMs' | 'graceMs'>, nonJoined: 'final' | 'eager') {
    const { beforeMs, afterMs, graceMs } = times
    requireMs('beforeMs', 'a join', beforeMs, -Infinity)
    requireMs('afterMs', 'a join', afterMs, -Infinity)
    requireMs('graceMs', 'a join', graceMs)
    if (beforeMs + afterMs < 0)
      throw new TypeError(
        `beforeMs (${beforeMs}) and afterMs (${afterMs}) of a join leave no time between them: their sum is at least 0.`,
      )
    this.beforeMs = beforeMs
    this.afterMs = afterMs
    this.graceMs = graceMs
    this.nonJoined = nonJoined
    Object.freeze(this)
  }

  /**
   * Throws a `TypeError` for times that contradict each other.
   *
   * @example
   * JoinWindows.of({ timeDifferenceMs: 60_000, graceMs: 5_000 })
   * JoinWindows.of({ beforeMs: 0, afterMs: 60_000 }) // the right record is the later one
   */
  static of({ timeDifferenceMs, beforeMs, afterMs, graceMs = 0 }: JoinWindowsOptions): JoinWindows {
    return new JoinWindows({ ...sides({ timeDifferenceMs, beforeMs, afterMs }), graceMs }, 'final')
  }

  /**
   * As Java's deprecated `JoinWindows.of()`: a record without partner so far is joined with null at once, and joined again with each
   * partner that follows. For applications whose readers expect that. Default of `graceMs`: what is left of 24 hours.
   */
  static eager({ timeDifferenceMs, beforeMs, afterMs, graceMs }: JoinWindowsOptions): JoinWindows {
    const times = sides({ timeDifferenceMs, beforeMs, afterMs })
    const restMs = Math.max(dayMs - times.beforeMs - times.afterMs, 0)
    return new JoinWindows({ ...times, graceMs: graceMs ?? restMs }, 'eager')
  }

  /** Distance of the earliest from the latest right record, in ms. */
  get sizeMs(): number {
    return this.beforeMs + this.afterMs
  }
}

type Sides = { readonly [K in 'timeDifferenceMs' | 'beforeMs' | 'afterMs']: number | undefined }

function sides({ timeDifferenceMs, beforeMs = timeDifferenceMs, afterMs = timeDifferenceMs }: Sides) {
  if (beforeMs === undefined || afterMs === undefined)
    throw new TypeError('Windows of a join need timeDifferenceMs, or both beforeMs and afterMs.')
  return { beforeMs, afterMs }
}
