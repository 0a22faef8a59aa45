import { emitEntry, type FlushSubscription } from './caching-rows.ts'
import { RecordCache } from './record-cache.ts'
import { chained, isBehind, overlay } from '../key-value/row-iterators.ts'
import type { KeyedRow, Row } from '../key-value/row.ts'
import { ascending } from '../key-value/key-order.ts'
import type { StateStoreContext } from '../state-store.ts'
import { boundsOfKey, keyOfWindow, startOfWindow, windowKey } from '../window/window-key.ts'
import { byTime, reversed } from '../window/window-order.ts'
import type { FoundWindow, KeyRange, TimeRange, WindowOrder, WindowRows } from '../window/window-rows.ts'

type CachedRow = readonly [string, Row | null]

export interface CachingWindowOptions {
  /** The order in which the layer below returns the rows of a range of keys. */
  readonly orderOf: (keys: KeyRange) => WindowOrder
  /** The earliest start that has not expired at this stream time. Windows before it are not seen, though the cache may have them still. */
  readonly firstLiveStart: (streamTimeMs: number) => number
}

/** The record cache of a window store (Java: `CachingWindowStore`). It holds writes only; rows that are read are not cached. */
export class CachingWindowRows implements WindowRows {
  readonly #inner: WindowRows
  readonly #context: StateStoreContext
  readonly #options: CachingWindowOptions
  readonly #cache: RecordCache
  /** The largest start that was put. The layer below hears of it later. */
  #streamTime = -1
  #subscription: FlushSubscription | undefined

  constructor(inner: WindowRows, options: CachingWindowOptions, context: StateStoreContext) {
    this.#inner = inner
    this.#context = context
    this.#options = options
    const below = {
      get: (key: string) => inner.get(keyOfWindow(key), startOfWindow(key)),
      put: (key: string, row: Row | null) => inner.put(keyOfWindow(key), startOfWindow(key), row),
    }
    this.#cache = new RecordCache(context.cache, (entry) => emitEntry(entry, below, this.#subscription, context))
  }

  subscribe(subscription: FlushSubscription): void {
    this.#subscription = subscription
  }

  get(key: string, startMs: number): Row | null {
    if (startMs < this.#firstLiveStart()) return null
    const entry = this.#cache.get(windowKey(key, startMs, 0))
    return entry === undefined ? this.#inner.get(key, startMs) : entry.row
  }

  put(key: string, startMs: number, row: Row | null): void {
    this.#streamTime = Math.max(this.#streamTime, startMs)
    this.#cache.put(windowKey(key, startMs, 0), row, this.#context.recordContext())
  }

  fetch(key: string, asked: TimeRange): readonly FoundWindow[] {
    const times = this.#live(asked)
    const found = this.#inner.fetch(key, times)
    const cached = this.#cachedOf(key, times)
    if (cached.size === 0) return found
    const below = found.filter(({ startMs }) => !cached.has(startMs))
    const above = [...cached].flatMap(([startMs, row]) => (row === null ? [] : [{ startMs, sequence: 0, row }]))
    return [...below, ...above].sort((left, right) => (times.reverse ? byTime(right, left) : byTime(left, right)))
  }

  /** The cached windows of a key by their starts; null: deleted. */
  #cachedOf(key: string, { fromMs, toMs, reverse, after }: TimeRange): ReadonlyMap<number, Row | null> {
    const lastMs = Math.max(-1, Math.min(toMs, Number.MAX_SAFE_INTEGER - 1))
    const length = key.length + 12
    const isLeft = isBehind(after, ascending, reverse)
    const cached = new Map<number, Row | null>()
    for (const [windowKey, row] of this.#cache.scan(boundsOfKey(key, Math.max(0, fromMs), lastMs)))
      if (windowKey.length === length && isLeft(windowKey)) cached.set(startOfWindow(windowKey), row)
    return cached
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

function isIn([windowKey]: CachedRow, { fromKey, toKey }: KeyRange, { fromMs, toMs }: TimeRange): boolean {
  const key = keyOfWindow(windowKey)
  const startMs = startOfWindow(windowKey)
  return (fromKey === null || key >= fromKey) && (toKey === null || key <= toKey) && startMs >= fromMs && startMs <= toMs
}
