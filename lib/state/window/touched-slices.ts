import type { RecordContext } from '../../model/record-context.ts'
import type { RowView } from '../key-value/row-view.ts'
import { firstWindowOf, windowStartAt, type SlicedWindows } from './slice.ts'
import { SlidingMerge } from './sliding-merge.ts'

/** About what is taken in memory by a key, and by a slice, besides its bytes. */
const keyBytes = 150
const sliceBytes = 200

/** What a window counts for that waits to be emitted, about as much as in a record cache: so an emission has as many windows as that of a cache. */
const windowBytes = 100

/** The last update of a part of a slice. */
interface Touch {
  /** Windows that start before this time do not have the part. */
  readonly fromMs: number
  context: RecordContext
  /** Later updates have greater numbers. */
  order: number
}

/** A slice that was updated since the last emission. */
export interface TouchedSlice {
  readonly startMs: number
  /** The slice before its first update; null: there was none. Undefined where nobody asks for old values. */
  readonly before: Uint8Array | null | undefined
  readonly touches: Touch[]
}

/** The slices of a key that were updated since the last emission. */
interface TouchedKey {
  readonly slices: Map<number, TouchedSlice>
  /** The start of the last window that waits. */
  lastMs: number
}

/** Window starts; both bounds are included. */
export interface WindowSpan {
  readonly fromMs: number
  readonly toMs: number
}

/** Remembers which slices were updated since the last emission, by key. The keys are bytes as latin1. */
export class TouchedSlices {
  readonly #windows: SlicedWindows
  #keys = new Map<string, TouchedKey>()
  #bytes = 0
  #oldestMs = Infinity
  #order = 0

  constructor(windows: SlicedWindows) {
    this.#windows = windows
  }

  get bytes(): number {
    return this.#bytes
  }

  /** The start of the earliest window that was updated; Infinity: none was. */
  get oldestMs(): number {
    return this.#oldestMs
  }

  /** `before` is the slice as it still is; undefined if old values are not asked for. */
  touch(keyText: string, startMs: number, fromMs: number, context: RecordContext, before: RowView | null | undefined): void {
    const key = this.#keys.get(keyText) ?? this.#addKey(keyText)
    const { touches } = key.slices.get(startMs) ?? this.#addSlice(key, startMs, before)
    const order = ++this.#order
    const touch = touches[0]?.fromMs === fromMs ? touches[0] : touches.find((each) => each.fromMs === fromMs)
    if (touch === undefined) touches.push({ fromMs, context, order })
    else {
      touch.context = context
      touch.order = order
    }
    this.#oldestMs = Math.min(this.#oldestMs, Math.max(fromMs, firstWindowOf(startMs, this.#windows)))
  }

  /** Returns the slices by key, and forgets them. */
  take(): ReadonlyMap<string, { readonly slices: ReadonlyMap<number, TouchedSlice> }> {
    const taken = this.#keys
    this.clear()
    return taken
  }

  clear(): void {
    this.#keys = new Map()
    this.#bytes = 0
    this.#oldestMs = Infinity
  }

  #addKey(keyText: string): TouchedKey {
    const key = { slices: new Map<number, TouchedSlice>(), lastMs: -Infinity }
    this.#keys.set(keyText, key)
    this.#bytes += keyText.length + keyBytes
    return key
  }

  #addSlice(key: TouchedKey, startMs: number, before: RowView | null | undefined): TouchedSlice {
    const slice = { startMs, before: before?.copy() ?? (before as null | undefined), touches: [] }
    key.slices.set(startMs, slice)
    this.#bytes += sliceBytes + (before?.length ?? 0) + windowBytes * this.#addWindows(key, startMs)
    return slice
  }

  /** Returns how many windows of a slice begin to wait. If records come late, those between two slices may not be counted. */
  #addWindows(key: TouchedKey, startMs: number): number {
    const { advanceMs } = this.#windows
    const [firstMs, lastMs] = [firstWindowOf(startMs, this.#windows), windowStartAt(startMs, this.#windows)]
    const fromMs = Math.max(firstMs, key.lastMs + advanceMs)
    key.lastMs = Math.max(key.lastMs, lastMs)
    return Math.max(0, lastMs - fromMs + advanceMs) / advanceMs
  }
}

/** Tells the last update of one window after the other, in the order of their starts. The slices come the earliest first. */
export class LastUpdates {
  readonly #windows: SlicedWindows
  readonly #slices: readonly TouchedSlice[]
  readonly #sliding = new SlidingMerge<Touch>(later)
  #late: (Touch & { readonly startMs: number })[] = []
  #next = 0

  constructor(slices: readonly TouchedSlice[], windows: SlicedWindows) {
    this.#windows = windows
    this.#slices = slices
  }

  /** The context of the last update of a window; undefined: none of the slices has updated it. */
  of(windowMs: number): RecordContext | undefined {
    this.#addUntil(windowMs + this.#windows.sizeMs)
    this.#sliding.dropBefore(windowMs)
    this.#late = this.#late.filter(({ startMs }) => startMs >= windowMs)
    const touches = this.#late.filter(({ fromMs }) => fromMs <= windowMs)
    return touches.reduce<Touch | undefined>(
      (last, touch) => (last === undefined ? touch : later(last, touch)),
      this.#sliding.merged(),
    )?.context
  }

  #addUntil(endMs: number): void {
    for (; this.#next < this.#slices.length && this.#slices[this.#next]!.startMs < endMs; this.#next++) {
      const { startMs, touches } = this.#slices[this.#next]!
      for (const touch of touches)
        if (touch.fromMs === 0) this.#sliding.push(startMs, touch)
        else this.#late.push({ startMs, ...touch })
    }
  }
}

function later(left: Touch, right: Touch): Touch {
  return left.order > right.order ? left : right
}

/** The windows of touched slices, which come the earliest first, in spans that neither overlap nor continue one another. */
export function spansOf(slices: readonly TouchedSlice[], windows: SlicedWindows): readonly WindowSpan[] {
  const spans: WindowSpan[] = []
  for (const { startMs } of slices) {
    const [fromMs, toMs] = [firstWindowOf(startMs, windows), windowStartAt(startMs, windows)]
    const last = spans.at(-1)
    if (last === undefined || fromMs > last.toMs + windows.advanceMs) spans.push({ fromMs, toMs })
    else spans[spans.length - 1] = { fromMs: last.fromMs, toMs }
  }
  return spans
}
