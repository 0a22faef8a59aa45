import { KeySlices, type Aggregate, type Combination } from './key-slices.ts'
import { firstWindowOf, windowStartAt } from './slice.ts'
import { windowKey } from './window-key.ts'

/** A slice as it is stored. */
export interface StoredSlice {
  /** The key, in bytes as latin1. */
  readonly keyText: string
  readonly startMs: number
  readonly bytes: Uint8Array
}

/** A window that is made of slices. */
export interface CombinedWindow<K, A> extends Aggregate<A> {
  readonly key: K
  readonly startMs: number
}

/** A window with its window key, in bytes as latin1. */
export type KeyedWindow<K, A> = readonly [windowKey: string, window: CombinedWindow<K, A>]

/** The windows that are asked for, by their starts. Both bounds are included, and both are starts of windows. */
export interface AskedWindows {
  readonly fromMs: number
  readonly toMs: number
  readonly reverse: boolean
  /** Whether a window is asked for. Default: all windows between the bounds are. */
  readonly isAsked?: (windowKey: string) => boolean
}

/**
 * The windows that stored slices make, in the order of their starts, and of keys among windows of one start. The slices come in the order
 * of their starts, or in the reverse of it. No more of them are held than one window has.
 */
export class WindowSlices<K, A> extends Iterator<KeyedWindow<K, A>, undefined> {
  readonly #slices: Iterator<StoredSlice>
  readonly #asked: AskedWindows
  readonly #combination: Combination<K, A>
  readonly #steps: Generator<KeyedWindow<K, A>, undefined>
  readonly #held = new Map<string, KeySlices<K, A>>()
  #sortedKeys: string[] = []
  #next: StoredSlice | undefined

  constructor(slices: Iterator<StoredSlice>, asked: AskedWindows, combination: Combination<K, A>) {
    super()
    this.#slices = slices
    this.#asked = asked
    this.#combination = combination
    this.#steps = this.#windows()
  }

  next(): IteratorResult<KeyedWindow<K, A>, undefined> {
    return this.#steps.next()
  }

  override return(): IteratorResult<KeyedWindow<K, A>, undefined> {
    this.#slices.return?.()
    return this.#steps.return(undefined)
  }

  *#windows(): Generator<KeyedWindow<K, A>, undefined> {
    const { fromMs, toMs, reverse } = this.#asked
    const step = reverse ? -this.#combination.advanceMs : this.#combination.advanceMs
    this.#pull()
    for (let startMs = reverse ? toMs : fromMs; this.#held.size > 0 || this.#next !== undefined; startMs += step) {
      if (this.#held.size === 0) startMs = this.#skipTo(startMs)
      if (startMs < fromMs || startMs > toMs) return
      this.#take(startMs)
      yield* this.#windowsAt(startMs)
      this.#drop(startMs + step)
    }
  }

  *#windowsAt(startMs: number): Generator<KeyedWindow<K, A>, undefined> {
    for (const keyText of this.#keys()) {
      const text = windowKey(keyText, startMs, 0)
      if (this.#asked.isAsked?.(text) === false) continue
      const slices = this.#held.get(keyText)!
      const aggregate = slices.combined(startMs)
      if (aggregate !== undefined) yield [text, { key: slices.key, startMs, ...aggregate }]
    }
  }

  /** The first window, in the order of reading, that the next slice can be in. */
  #skipTo(startMs: number): number {
    const { startMs: sliceMs } = this.#next!
    if (this.#asked.reverse) return Math.min(startMs, windowStartAt(sliceMs, this.#combination))
    return Math.max(startMs, firstWindowOf(sliceMs, this.#combination))
  }

  #pull(): void {
    const step = this.#slices.next()
    this.#next = step.done === true ? undefined : step.value
  }

  #take(startMs: number): void {
    const { reverse } = this.#asked
    const endMs = startMs + this.#combination.sizeMs
    for (; this.#next !== undefined; this.#pull()) {
      const { keyText, startMs: sliceMs, bytes } = this.#next
      if (reverse ? sliceMs < startMs : sliceMs >= endMs) return
      if (sliceMs < startMs || sliceMs >= endMs) continue
      const slices = this.#held.get(keyText) ?? this.#newKey(keyText)
      slices.add(sliceMs, bytes)
    }
  }

  #newKey(keyText: string): KeySlices<K, A> {
    const slices = new KeySlices(this.#combination.decodeKey(keyText), this.#asked.reverse, this.#combination)
    this.#held.set(keyText, slices)
    this.#sortedKeys = []
    return slices
  }

  #keys(): readonly string[] {
    if (this.#sortedKeys.length === 0) this.#sortedKeys = [...this.#held.keys()].sort()
    return this.#asked.reverse ? this.#sortedKeys.toReversed() : this.#sortedKeys
  }

  #drop(nextStartMs: number): void {
    for (const [keyText, slices] of this.#held) {
      if (slices.dropOutside(nextStartMs)) continue
      this.#held.delete(keyText)
      this.#sortedKeys = []
    }
  }
}
