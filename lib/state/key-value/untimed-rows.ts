import type { ByteKey } from '../../kernel/byte-key.ts'
import { RowView } from './row-view.ts'
import type { KeyedRow } from './row.ts'
import type { FoundWindows } from '../window/found-windows.ts'
import type { KeyRange, TimeRange, WindowRows } from '../window/window-rows.ts'

// The layer that Java puts between a timestamped store and a supplier that has no place for timestamps. Timestamps are read back as
// −1.

const noTimestamp = -1

/** A layer of a window store that loses timestamps (Java: `WindowToTimestampedWindowByteStoreAdapter`). */
export class UntimedWindowRows implements WindowRows {
  readonly #inner: WindowRows
  readonly #untimed = new RowView()

  constructor(inner: WindowRows) {
    this.#inner = inner
  }

  get(key: ByteKey, startMs: number): RowView | null {
    return this.#inner.get(key, startMs)
  }

  put(key: ByteKey, startMs: number, timed: RowView | null): void {
    this.#inner.put(key, startMs, timed && this.#untimed.set(timed.bytes, timed.at, timed.length, noTimestamp))
  }

  fetch(key: ByteKey, times: TimeRange, found: FoundWindows): void {
    this.#inner.fetch(key, times, found)
  }

  fetchRange(keys: KeyRange, times: TimeRange): IterableIterator<KeyedRow> {
    return this.#inner.fetchRange(keys, times)
  }
}
