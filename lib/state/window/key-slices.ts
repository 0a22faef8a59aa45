import type { Slice, SlicedWindows } from './slice.ts'
import { SlidingMerge } from './sliding-merge.ts'

/** How windows are made of slices. */
export interface Combination<K, A> extends SlicedWindows {
  read(bytes: Uint8Array): Slice<A>
  decodeKey(keyText: string): K
  /** Combines the aggregates of two slices. It may change its arguments. */
  readonly merger: (left: A, right: A, key: K) => A
}

/** What records make together. */
export interface Aggregate<A> {
  readonly value: A
  /** The greatest timestamp of the records. */
  readonly timestamp: number
}

/** A slice that is merged anew for each window. */
interface LooseSlice<A> {
  readonly startMs: number
  /** Reads it, anew if somebody might change its values in place. */
  parts(): Slice<A>
}

/**
 * The slices of one key that the present window has. Where windows go forward, and nobody can change a value in place, the slices that all their windows have are
 * merged as the window slides. The others are merged for each window: a late part is not in all windows of its slice.
 */
export class KeySlices<K, A> {
  readonly key: K
  readonly #combination: Combination<K, A>
  readonly #isForward: boolean
  readonly #sliding: SlidingMerge<Aggregate<A>>
  #loose: LooseSlice<A>[] = []

  constructor(key: K, isReverse: boolean, combination: Combination<K, A>) {
    this.key = key
    this.#combination = combination
    this.#isForward = !isReverse
    this.#sliding = new SlidingMerge((left, right) => this.#merged(left, right))
  }

  add(startMs: number, bytes: Uint8Array): void {
    const parts = this.#combination.read(bytes)
    const isFixed = parts.every(({ value }) => typeof value !== 'object')
    if (!isFixed) return void this.#loose.push({ startMs, parts: () => this.#combination.read(bytes) })
    for (const part of parts)
      if (this.#isForward && part.fromMs === 0) this.#sliding.push(startMs, part)
      else this.#loose.push({ startMs, parts: () => [part] })
  }

  /** Undefined: no record is in this window, which is the one that slides. */
  combined(windowMs: number): Aggregate<A> | undefined {
    let aggregate = this.#sliding.merged()
    for (const slice of this.#loose)
      for (const part of slice.parts())
        if (part.fromMs <= windowMs) aggregate = aggregate === undefined ? part : this.#merged(aggregate, part)
    return aggregate && { value: aggregate.value, timestamp: aggregate.timestamp }
  }

  /** Drops what a window that starts there does not have. Returns whether anything is left. */
  dropOutside(windowMs: number): boolean {
    const endMs = windowMs + this.#combination.sizeMs
    const isOutside = ({ startMs }: LooseSlice<A>): boolean => startMs < windowMs || startMs >= endMs
    if (this.#loose.some(isOutside)) this.#loose = this.#loose.filter((slice) => !isOutside(slice))
    return this.#sliding.dropBefore(windowMs) || this.#loose.length > 0
  }

  #merged(left: Aggregate<A>, right: Aggregate<A>): Aggregate<A> {
    const value = this.#combination.merger(left.value, right.value, this.key)
    return { value, timestamp: Math.max(left.timestamp, right.timestamp) }
  }
}
