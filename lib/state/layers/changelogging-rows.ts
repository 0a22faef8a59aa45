import { fromLatin1 } from '../../model/bytes.ts'
import { noHeaders } from '../../model/headers.ts'
import type { OrderedRange } from '../../storage/ordered-map.ts'
import type { KeyedRow, Row } from '../key-value/row.ts'
import type { KeyValueRows } from '../key-value/key-value-rows.ts'
import type { ChangelogSink, StateStoreContext } from '../state-store.ts'
import type { StoredValues, StoreSpecBase } from '../store-spec.ts'

/**
 * Writes one record of a changelog (Java: `ProcessorContextImpl.logChange`). Its value is that of the row, without the timestamp.
 */
export type ChangelogWriter = (key: string, row: Row | null) => void

/**
 * The record of a timestamped row has the row's timestamp. The record of a plain row, or of a deletion, has that of the input
 * record.
 */
export function changelogWriter(
  sink: ChangelogSink,
  spec: Pick<StoreSpecBase<unknown, unknown>, 'changelogHeaders'> & { readonly values?: StoredValues },
  context: StateStoreContext,
): ChangelogWriter {
  const isTimestamped = spec.values === 'timestamped'
  const withHeaders = spec.changelogHeaders === 'record'
  return (key, row) => {
    const timestamp = row !== null && isTimestamped ? row.timestamp : context.recordContext().timestamp
    const headers = withHeaders ? context.recordContext().headers : noHeaders
    sink.append(fromLatin1(key), row && row.bytes, timestamp, headers)
  }
}

/** The layer that writes each put of a key-value store to its changelog. As in Java it also writes deletions of absent keys. */
export class ChangeloggingRows implements KeyValueRows {
  readonly #inner: KeyValueRows
  readonly #log: ChangelogWriter

  constructor(inner: KeyValueRows, log: ChangelogWriter) {
    this.#inner = inner
    this.#log = log
  }

  get(key: string): Row | null {
    return this.#inner.get(key)
  }

  put(key: string, row: Row | null): void {
    this.#inner.put(key, row)
    this.#log(key, row)
  }

  scan(range: OrderedRange): IterableIterator<KeyedRow> {
    return this.#inner.scan(range)
  }

  count(): number {
    return this.#inner.count()
  }
}
