import type { ByteKey } from '../../kernel/byte-key.ts'
import type { KeyRange } from '../../kernel/ordered-rows.ts'
import type { ByteRows } from './byte-rows.ts'
import { RowView } from './row-view.ts'
import type { KeyedRow } from './row.ts'

const noTimestamp = -1

/**
 * A layer of a key-value store that loses timestamps: they are read back as −1. Java puts it between a timestamped store and a supplier
 * that has no place for timestamps (`KeyValueToTimestampedKeyValueByteStoreAdapter`).
 */
export class UntimedByteRows implements ByteRows {
  readonly #inner: ByteRows
  readonly #untimed = new RowView()

  constructor(inner: ByteRows) {
    this.#inner = inner
  }

  get(key: ByteKey): RowView | null {
    return this.#inner.get(key)
  }

  put(key: ByteKey, row: RowView | null): void {
    this.#inner.put(key, row && this.#untimed.set(row.bytes, row.at, row.length, noTimestamp))
  }

  scan(range: KeyRange): IterableIterator<KeyedRow> {
    return this.#inner.scan(range)
  }

  count(): number {
    return this.#inner.count()
  }
}
