import type { ByteKey } from '../../kernel/byte-key.ts'
import { change } from '../../model/change.ts'
import { windowed, type Windowed } from '../../model/windowed.ts'
import type { Subscription } from '../layers/emit-update.ts'
import type { RowView } from '../key-value/row-view.ts'
import type { EvictableCache, StateStoreContext } from '../state-store.ts'
import type { SlicedWindows } from './slice.ts'
import type { SliceReader } from './slice-reader.ts'
import { LastUpdates, spansOf, TouchedSlices, type TouchedSlice, type WindowSpan } from './touched-slices.ts'
import { textOf } from './window-key.ts'
import type { StoredSlice } from './window-slices.ts'

/**
 * Emits the updated windows of a store that keeps slices: with each flush, as a record cache does, and when what waits exceeds the budget of
 * record caches. If that has no bytes, each update is emitted at once. A window is combined only when it is emitted; until then the store keeps its slices.
 */
export class SliceUpdates<K, A> implements EvictableCache {
  readonly #windows: SlicedWindows
  readonly #reader: SliceReader<K, A>
  readonly #context: StateStoreContext
  readonly #touched: TouchedSlices
  readonly #isCached: boolean
  readonly #keepFrom: (startMs: number) => void
  #subscription: Subscription<Windowed<K>> | undefined

  /** `keepFrom`: lets the store keep slices from this time on. Infinity: it need not. */
  constructor(
    windows: SlicedWindows,
    reader: SliceReader<K, A>,
    context: StateStoreContext,
    keepFrom: (startMs: number) => void,
  ) {
    this.#windows = windows
    this.#keepFrom = keepFrom
    this.#reader = reader
    this.#context = context
    this.#touched = new TouchedSlices(windows)
    this.#isCached = context.cache.maxBytes > 0
    if (this.#isCached) context.cache.register(this)
  }

  get bytes(): number {
    return this.#touched.bytes
  }

  subscribe(subscription: Subscription<Windowed<K>>): void {
    this.#subscription = subscription
  }

  /** Called before a slice is written; `before` is what it still is. Windows that start before `fromMs` are not updated. */
  touch(key: ByteKey, startMs: number, fromMs: number, before: RowView | null): void {
    if (this.#subscription === undefined) return
    const kept = this.#subscription.oldValues === 'send' ? before : undefined
    const { oldestMs } = this.#touched
    this.#touched.touch(textOf(key), startMs, fromMs, this.#context.recordContext(), kept)
    if (this.#touched.oldestMs < oldestMs) this.#keepFrom(this.#touched.oldestMs)
  }

  /** Called when a slice was written that made what waits grow by these bytes. */
  written(grownBytes: number): void {
    if (!this.#isCached) this.flush()
    else if (grownBytes > 0) this.#context.cache.charge(grownBytes, this)
  }

  flush(): void {
    if (this.#touched.oldestMs === Infinity) return
    for (const [keyText, { slices }] of this.#take()) this.#emitKey(keyText, slices)
    this.#keepFrom(this.#touched.oldestMs)
  }

  evict(): void {
    this.flush()
  }

  clear(): void {
    this.#take()
  }

  close(): void {
    this.#context.cache.unregister(this)
  }

  #take(): ReturnType<TouchedSlices['take']> {
    const { bytes } = this
    const taken = this.#touched.take()
    if (this.#isCached) this.#context.cache.charge(-bytes, this)
    return taken
  }

  #emitKey(keyText: string, slices: ReadonlyMap<number, TouchedSlice>): void {
    const inOrder = [...slices.values()].sort((left, right) => left.startMs - right.startMs)
    const lastUpdates = new LastUpdates(inOrder, this.#windows)
    for (const span of spansOf(inOrder, this.#windows)) this.#emitSpan(keyText, span, slices, lastUpdates)
  }

  #emitSpan(keyText: string, span: WindowSpan, touched: ReadonlyMap<number, TouchedSlice>, lastUpdates: LastUpdates): void {
    const asked = { ...span, reverse: false }
    const slices = this.#reader.slicesOfKey(this.#reader.keyOf(keyText), span)
    const oldValues = this.#oldValues(slices, span, touched)
    const { sizeMs } = this.#windows
    for (const [, { key, startMs, value, timestamp }] of this.#reader.windowsOf(slices, asked)) {
      const context = lastUpdates.of(startMs)
      if (context === undefined) continue
      const update = change<unknown>(value, oldValues.get(startMs) ?? null)
      this.#context.withRecordContext(context, () =>
        this.#subscription!.listener(windowed(key, startMs, startMs + sizeMs), update, timestamp),
      )
    }
  }

  /** What the windows were at their last emission, by their starts. */
  #oldValues(
    slices: readonly StoredSlice[],
    span: WindowSpan,
    touched: ReadonlyMap<number, TouchedSlice>,
  ): ReadonlyMap<number, A> {
    if (this.#subscription?.oldValues !== 'send') return new Map()
    const before = slices.flatMap((slice) => sliceBefore(slice, touched.get(slice.startMs)) ?? [])
    const windows = this.#reader.windowsOf(before, { ...span, reverse: false })
    return new Map([...windows].map(([, { startMs, value }]) => [startMs, value]))
  }
}

function sliceBefore(slice: StoredSlice, touched: TouchedSlice | undefined): StoredSlice | null {
  if (touched === undefined) return slice
  return touched.before === null || touched.before === undefined ? null : { ...slice, bytes: touched.before }
}
