import { ByteKey } from '../../kernel/byte-key.ts'
import { windowSuffixBytes } from '../../kernel/windowed-table.ts'
import { asBuffer } from '../../model/bytes.ts'
import type { Windowed } from '../../model/windowed.ts'
import { readInt64 } from '../key-value/int64.ts'
import { chained, isBehind, overlay } from '../key-value/row-iterators.ts'
import { RowView } from '../key-value/row-view.ts'
import type { KeyedRow } from '../key-value/row.ts'
import type { ViewCodec } from '../key-value/view-codec.ts'
import type { StateStoreContext } from '../state-store.ts'
import { KeyScratch } from '../window/key-scratch.ts'
import { keyOfWindow, startOfWindow } from '../window/window-key.ts'
import { FoundWindows } from '../window/found-windows.ts'
import { reversed } from '../window/window-order.ts'
import type { KeyRange, TimeRange, WindowOrder, WindowRows } from '../window/window-rows.ts'
import { emitUpdate, type EmitTarget, type Subscription } from './emit-update.ts'
import { TimedCache, type CachedRow } from './timed-cache.ts'

export interface CachingWindowOptions<K, V> {
  /** The order in which the layer below returns the rows of a range of keys. */
  readonly orderOf: (keys: KeyRange) => WindowOrder
  /** The earliest start that has not expired at this stream time. Windows before it are not seen, though the cache may have them still. */
  readonly firstLiveStart: (streamTimeMs: number) => number
  readonly codec: ViewCodec<V>
  readonly context: StateStoreContext
  /** The window of a key, in these bytes, that begins at `startMs`. */
  decodeKey(key: ByteKey, startMs: number): Windowed<K>
}

/** The record cache of a window store (Java: `CachingWindowStore`). It holds writes only; rows that are read are not cached. */
export class CachingWindowRows<K, V> implements WindowRows {
  readonly #inner: WindowRows
  readonly #options: CachingWindowOptions<K, V>
  readonly #cache: TimedCache
  readonly #scratch = new KeyScratch()
  readonly #view = new RowView()
  readonly #below = new FoundWindows()
  /** The largest start that was put. The layer below hears of it later. */
  #streamTime = -1
  #subscription: Subscription<Windowed<K>> | undefined

  constructor(inner: WindowRows, options: CachingWindowOptions<K, V>) {
    this.#inner = inner
    this.#options = options
    const target = emitTarget(inner, options)
    this.#cache = new TimedCache(windowSuffixBytes, options.context.cache, (entry) =>
      emitUpdate(entry, target, this.#subscription),
    )
  }

  subscribe(subscription: Subscription<Windowed<K>>): void {
    this.#subscription = subscription
  }

  get(key: ByteKey, startMs: number): RowView | null {
    if (startMs < this.#firstLiveStart()) return null
    const cached = this.#cache.get(this.#scratch.ofWindow(key, startMs, 0))
    return cached === undefined ? this.#inner.get(key, startMs) : cached
  }

  put(key: ByteKey, startMs: number, row: RowView | null): void {
    this.#streamTime = Math.max(this.#streamTime, startMs)
    this.#cache.put(this.#scratch.ofWindow(key, startMs, 0), row, this.#options.context.recordContext())
  }

  fetch(key: ByteKey, asked: TimeRange, found: FoundWindows): void {
    const times = this.#live(asked)
    const cached = this.#cache.entriesOf(key, times.fromMs, times.toMs)
    if (cached.length === 0) return this.#inner.fetch(key, times, found)
    const below = this.#below.begin(key)
    this.#inner.fetch(key, times, below)
    let next = 0
    const addBelow = (untilMs: number): void => {
      for (; next < below.count && below.startMs(next) > untilMs; next++) found.addRow(below.startMs(next), 0, below.row(next))
    }
    for (const [windowKey, row] of cached) {
      const startMs = startOfWindow(windowKey)
      addBelow(startMs)
      if (next < below.count && below.startMs(next) === startMs) next++
      if (row !== null) found.addRow(startMs, 0, this.#view.set(asBuffer(row.bytes), 0, row.bytes.byteLength, row.timestamp))
    }
    addBelow(-1)
  }

  fetchRange(keys: KeyRange, asked: TimeRange): IterableIterator<KeyedRow> {
    const times = this.#live(asked)
    const below = this.#options.orderOf(keys)
    const order = times.reverse ? reversed(below) : below
    const isLeft = isBehind(times.after, order, false)
    const cached = [...chained([this.#cache.scan({})], (row) => isLeft(row[0]) && isIn(row, keys, times))].sort(
      ([left], [right]) => order(left, right),
    )
    return overlay(cached[Symbol.iterator](), this.#inner.fetchRange(keys, times), order)
  }

  flush(): void {
    this.#cache.flush()
  }

  /** Stream time is then that of the layer below. */
  clear(): void {
    this.#streamTime = -1
    this.#cache.clear()
  }

  close(): void {
    this.#cache.close()
  }

  #firstLiveStart(): number {
    return this.#options.firstLiveStart(this.#streamTime)
  }

  #live(times: TimeRange): TimeRange {
    return { ...times, fromMs: Math.max(times.fromMs, this.#firstLiveStart()) }
  }
}

/** The layer below by window keys, which are the keys of the cache. */
function emitTarget<K, V>(inner: WindowRows, options: CachingWindowOptions<K, V>): EmitTarget<Windowed<K>, V> {
  const key = new ByteKey()
  const keyOf = ({ bytes, at, length }: ByteKey): ByteKey => key.set(bytes, at, length - windowSuffixBytes)
  const startOf = ({ bytes, at, length }: ByteKey): number => readInt64(bytes, at + length - windowSuffixBytes)
  const { codec, context } = options
  return {
    below: {
      get: (windowKey) => inner.get(keyOf(windowKey), startOf(windowKey)),
      put: (windowKey, row) => inner.put(keyOf(windowKey), startOf(windowKey), row),
    },
    codec,
    context,
    decodeKey: (windowKey) => options.decodeKey(keyOf(windowKey), startOf(windowKey)),
  }
}

function isIn([windowKey]: CachedRow, { fromKey, toKey }: KeyRange, { fromMs, toMs }: TimeRange): boolean {
  const key = keyOfWindow(windowKey)
  const startMs = startOfWindow(windowKey)
  return (fromKey === null || key >= fromKey) && (toKey === null || key <= toKey) && startMs >= fromMs && startMs <= toMs
}
