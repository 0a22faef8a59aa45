import { row, type KeyedRow, type Row } from './row.ts'
import type { FoundWindow, KeyRange, TimeRange, WindowRows } from '../window/window-rows.ts'

// The layer that Java puts between a timestamped store and a supplier that has no place for timestamps. Timestamps are read back as
// −1.

const noTimestamp = -1

function untimed(timed: Row | null): Row | null {
  return timed && row(timed.bytes, noTimestamp, timed.value)
}

/** A layer of a window store that loses timestamps (Java: `WindowToTimestampedWindowByteStoreAdapter`). */
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

  fetch(key: string, times: TimeRange): readonly FoundWindow[] {
    return this.#inner.fetch(key, times)
  }

  fetchRange(keys: KeyRange, times: TimeRange): IterableIterator<KeyedRow> {
    return this.#inner.fetchRange(keys, times)
  }
}
