import type { OrderedRange } from '../../storage/ordered-map.ts'
import { row, type KeyedRow, type Row } from './row.ts'
import type { RowStore } from './row-store.ts'
import type { KeyRange, TimeRange, WindowRows } from '../window/window-rows.ts'

// What Java puts between a timestamped face and a store that has no place for timestamps: what is read back says −1.

const noTimestamp = -1

function untimed(timed: Row | null): Row | null {
  return timed && row(timed.bytes, noTimestamp, timed.value)
}

/** Java: `KeyValueToTimestampedKeyValueByteStoreAdapter`. */
export class UntimedRows implements RowStore {
  readonly #inner: RowStore

  constructor(inner: RowStore) {
    this.#inner = inner
  }

  get(key: string): Row | null {
    return this.#inner.get(key)
  }

  put(key: string, timed: Row | null): void {
    this.#inner.put(key, untimed(timed))
  }

  scan(range: OrderedRange): IterableIterator<KeyedRow> {
    return this.#inner.scan(range)
  }

  count(): number {
    return this.#inner.count()
  }
}

/** Java: `WindowToTimestampedWindowByteStoreAdapter`. */
export class UntimedWindowRows implements WindowRows {
  readonly #inner: WindowRows

  constructor(inner: WindowRows) {
    this.#inner = inner
  }

  get(key: string, startMs: number): Row | null {
    return this.#inner.get(key, startMs)
  }

  put(key: string, startMs: number, timed: Row | null): void {
    this.#inner.put(key, startMs, untimed(timed))
  }

  fetch(key: string, times: TimeRange): IterableIterator<KeyedRow> {
    return this.#inner.fetch(key, times)
  }

  fetchRange(keys: KeyRange, times: TimeRange): IterableIterator<KeyedRow> {
    return this.#inner.fetchRange(keys, times)
  }
}
