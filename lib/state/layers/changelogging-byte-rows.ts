import type { ByteKey } from '../../kernel/byte-key.ts'
import type { KeyRange } from '../../kernel/ordered-rows.ts'
import { noHeaders } from '../../model/headers.ts'
import type { ByteRows } from '../key-value/byte-rows.ts'
import type { RowView } from '../key-value/row-view.ts'
import type { KeyedRow } from '../key-value/row.ts'
import type { ChangelogSink, StateStoreContext } from '../state-store.ts'
import type { StoredValues, StoreSpecBase } from '../store-spec.ts'

/**
 * Writes one record of a changelog (Java: `ProcessorContextImpl.logChange`). Its value is that of the row, without the timestamp.
 */
export type ByteChangelogWriter = (key: ByteKey, row: RowView | null) => void

/**
 * The record of a timestamped row has the row's timestamp. The record of a plain row, or of a deletion, has that of the input
 * record.
 */
export function byteChangelogWriter(
  sink: ChangelogSink,
  spec: Pick<StoreSpecBase<unknown, unknown>, 'changelogHeaders'> & { readonly values?: StoredValues },
  context: StateStoreContext,
): ByteChangelogWriter {
  const isTimestamped = spec.values === 'timestamped'
  const withHeaders = spec.changelogHeaders === 'record'
  return (key, row) => {
    const timestamp = row !== null && isTimestamped ? row.timestamp : context.recordContext().timestamp
    const headers = withHeaders ? context.recordContext().headers : noHeaders
    sink.append(key, row, timestamp, headers)
  }
}

/** The layer that writes each put of a key-value store to its changelog. As in Java it also writes deletions of absent keys. */
export class ChangeloggingByteRows implements ByteRows {
  readonly #inner: ByteRows
  readonly #log: ByteChangelogWriter

  constructor(inner: ByteRows, log: ByteChangelogWriter) {
    this.#inner = inner
    this.#log = log
  }

  get(key: ByteKey): RowView | null {
    return this.#inner.get(key)
  }

  put(key: ByteKey, row: RowView | null): void {
    this.#inner.put(key, row)
    this.#log(key, row)
  }

  scan(range: KeyRange): IterableIterator<KeyedRow> {
    return this.#inner.scan(range)
  }

  count(): number {
    return this.#inner.count()
  }
}
