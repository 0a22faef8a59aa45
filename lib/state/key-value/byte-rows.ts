import type { ByteKey } from '../../kernel/byte-key.ts'
import type { KeyRange } from '../../kernel/ordered-rows.ts'
import type { BaseLayer } from './key-value-rows.ts'
import type { RowView } from './row-view.ts'
import type { KeyedRow } from './row.ts'

/** A layer of a key-value store: rows by the bytes of their keys, in the order of these. */
export interface ByteRows {
  /** The row of a key; null: there is none. It is the layer's own view, which is valid until the next call. */
  get(key: ByteKey): RowView | null
  /** A row of null deletes. The layer copies what it keeps. */
  put(key: ByteKey, row: RowView | null): void
  /** The rows as of the call. Exhaust the iterator or call its `return()`: until then older versions of these rows are kept. */
  scan(range: KeyRange): IterableIterator<KeyedRow>
  count(): number
}

/** The lowest layer of a key-value store. */
export interface BaseByteRows extends ByteRows, BaseLayer {
  /** Puts a row of the changelog: the row is committed already. */
  restore(key: ByteKey, row: RowView | null): void
}
