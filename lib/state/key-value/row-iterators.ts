import type { KeyedRow, Row } from './row.ts'

/**
 * An iterator over other iterators. These are open when it is made, so that it shows the rows as of that time. Its `return()` ends
 * them. A generator alone would not: a generator that is ended before its first step runs no `finally`.
 */
class OverOthers<T> extends Iterator<T, undefined> {
  readonly #steps: Generator<T, undefined>
  readonly #others: readonly Iterator<unknown>[]

  constructor(steps: Generator<T, undefined>, others: readonly Iterator<unknown>[]) {
    super()
    this.#steps = steps
    this.#others = others
  }

  next(): IteratorResult<T, undefined> {
    return this.#steps.next()
  }

  override return(): IteratorResult<T, undefined> {
    for (const other of this.#others) other.return?.()
    return this.#steps.return(undefined)
  }
}

/** The entries of `source`, each translated. */
export function translated<T, U>(source: Iterator<T>, translate: (entry: T) => U): IterableIterator<U> {
  return new OverOthers(translatedSteps(source, translate), [source])
}

function* translatedSteps<T, U>(source: Iterator<T>, translate: (entry: T) => U): Generator<U, undefined> {
  for (let step = source.next(); step.done !== true; step = source.next()) yield translate(step.value)
}

/** Entries of a store. `position` is the key of the row that was returned last, so that another scan can go on behind it. */
export interface PositionedIterator<T> extends IterableIterator<T> {
  readonly position: string | undefined
}

class PositionedRows<R, T> extends OverOthers<T> implements PositionedIterator<T> {
  position: string | undefined

  constructor(source: Iterator<readonly [string, R]>, translate: (row: readonly [string, R]) => T) {
    const steps = translatedSteps(source, (row) => {
      this.position = row[0]
      return translate(row)
    })
    super(steps, [source])
  }
}

/** Translates rows into entries, and remembers the position. */
export function positioned<R, T>(
  source: Iterator<readonly [string, R]>,
  translate: (row: readonly [string, R]) => T,
): PositionedIterator<T> {
  return new PositionedRows(source, translate)
}

/** Tells whether a row lies behind `after` in an order, or in the reverse of it. Without `after` every row does. */
export function isBehind(
  after: string | undefined,
  order: (left: string, right: string) => number,
  reverse: boolean,
): (key: string) => boolean {
  if (after === undefined) return () => true
  return reverse ? (key) => order(key, after) < 0 : (key) => order(key, after) > 0
}

/** The entries of several iterators, one iterator after the other. Entries that `keep` refuses are left out. */
export function chained<T>(sources: readonly Iterator<T>[], keep: (entry: T) => boolean): IterableIterator<T> {
  return new OverOthers(chainedSteps(sources, keep), sources)
}

function* chainedSteps<T>(sources: readonly Iterator<T>[], keep: (entry: T) => boolean): Generator<T, undefined> {
  for (const source of sources)
    for (let step = source.next(); step.done !== true; step = source.next()) if (keep(step.value)) yield step.value
}

/**
 * The entries that `keep` accepts, sorted. They are those of the time of the call, but are read and sorted when the first one is
 * asked for.
 */
export function sorted<T>(
  source: Iterator<T>,
  keep: (entry: T) => boolean,
  compare: (left: T, right: T) => number,
): IterableIterator<T> {
  return new OverOthers(sortedSteps(source, keep, compare), [source])
}

function* sortedSteps<T>(
  source: Iterator<T>,
  keep: (entry: T) => boolean,
  compare: (left: T, right: T) => number,
): Generator<T, undefined> {
  yield* [...chainedSteps([source], keep)].sort(compare)
}

/**
 * The changes of an upper layer laid over the rows of a lower one. Both are sorted by `compare`. A change of null hides the row
 * below it.
 */
export function overlay(
  upper: Iterator<readonly [string, Row | null]>,
  lower: Iterator<KeyedRow>,
  compare: (left: string, right: string) => number,
): IterableIterator<KeyedRow> {
  return new OverOthers(overlaySteps(upper, lower, compare), [upper, lower])
}

function* overlaySteps(
  upper: Iterator<readonly [string, Row | null]>,
  lower: Iterator<KeyedRow>,
  compare: (left: string, right: string) => number,
): Generator<KeyedRow, undefined> {
  let above = upper.next()
  let below = lower.next()
  while (above.done !== true || below.done !== true) {
    const order = above.done === true ? 1 : below.done === true ? -1 : compare(above.value[0], below.value[0])
    const kept = order > 0 ? below.value : above.value
    if (order >= 0) below = lower.next()
    if (order <= 0) above = upper.next()
    if (kept[1] !== null) yield kept as KeyedRow
  }
}
