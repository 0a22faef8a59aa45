import { emitEntry, type FlushSubscription } from './caching-rows.ts'
import { RecordCache } from './record-cache.ts'
import { chained, isBehind, overlay } from '../key-value/row-iterators.ts'
import type { KeyedRow, Row } from '../key-value/row.ts'
import { ascending, descending } from '../key-value/key-order.ts'
import type { StateStoreContext } from '../state-store.ts'
import { boundsOfKey, keyOfWindow, startOfWindow, windowKey } from '../window/window-key.ts'
import { reversed } from '../window/window-order.ts'
import type { KeyRange, TimeRange, WindowOrder, WindowRows } from '../window/window-rows.ts'

type CachedRow = readonly [string, Row | null]

/** The record cache of a window store (Java: `CachingWindowStore`). It holds writes only; rows that are read are not cached. */
export class CachingWindowRows implements WindowRows {
  readonly #inner: WindowRows
  readonly #context: StateStoreContext
  readonly #orderOf: (keys: KeyRange) => WindowOrder
  readonly #cache: RecordCache
  #subscription: FlushSubscription | undefined

  /** `orderOf` gives the order in which the layer below returns the rows of a range of keys. */
  constructor(inner: WindowRows, orderOf: (keys: KeyRange) => WindowOrder, context: StateStoreContext) {
    this.#inner = inner
    this.#context = context
    this.#orderOf = orderOf
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
    const entry = this.#cache.get(windowKey(key, startMs, 0))
    return entry === undefined ? this.#inner.get(key, startMs) : entry.row
  }

  put(key: string, startMs: number, row: Row | null): void {
    this.#cache.put(windowKey(key, startMs, 0), row, this.#context.recordContext())
  }

  fetch(key: string, times: TimeRange): IterableIterator<KeyedRow> {
    const { fromMs, toMs, reverse } = times
    const lastMs = Math.max(-1, Math.min(toMs, Number.MAX_SAFE_INTEGER - 1))
    const bounds = boundsOfKey(key, Math.max(0, fromMs), lastMs)
    const length = key.length + 12
    const isLeft = isBehind(times.after, ascending, reverse)
    const cached = chained(
      [this.#cache.scan({ ...bounds, reverse })],
      ([windowKey]) => windowKey.length === length && isLeft(windowKey),
    )
    return overlay(cached, this.#inner.fetch(key, times), reverse ? descending : ascending)
  }

  fetchRange(keys: KeyRange, times: TimeRange): IterableIterator<KeyedRow> {
    const order = times.reverse ? reversed(this.#orderOf(keys)) : this.#orderOf(keys)
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
}

function isIn([windowKey]: CachedRow, { fromKey, toKey }: KeyRange, { fromMs, toMs }: TimeRange): boolean {
  const key = keyOfWindow(windowKey)
  const startMs = startOfWindow(windowKey)
  return (fromKey === null || key >= fromKey) && (toKey === null || key <= toKey) && startMs >= fromMs && startMs <= toMs
}
